#include "engine/ops/tree_ensemble.h"

#include <string>
#include <utility>

#include "engine/ops/catalog.h"

namespace pillion {
namespace {

class EnsembleReader {
 public:
  explicit EnsembleReader(std::uint32_t class_count) : class_count_(class_count) {
    if (class_count > 0) ensemble_.width = class_count;
  }

  void Add(OpSource& source) {
    const DecisionTreeFile tree = source.DecisionTree();
    if (tree.nodes.empty()) return;  // Refused already.
    builder_.Add(tree);
    for (const DecisionTreeFile::Node& node : tree.nodes) {
      if (node.kind != DecisionTreeFile::Kind::kLeaf) continue;
      // A regression reads the first value, whatever follows.
      if (class_count_ > 0 ? node.values_count != class_count_ : node.values_count == 0) {
        source.Refuse("", "expected " + std::to_string(ensemble_.width) +
                              " value(s) in each leaf of the tree, found " +
                              std::to_string(node.values_count));
        return;
      }
      const auto begin = tree.values.begin() + node.values_begin;
      ensemble_.leaf_values.insert(ensemble_.leaf_values.end(), begin, begin + ensemble_.width);
    }
  }

  TreeEnsemble Finish() && {
    ensemble_.forest = std::move(builder_).Build();
    return std::move(ensemble_);
  }

 private:
  std::uint32_t class_count_;
  ForestBuilder builder_;
  TreeEnsemble ensemble_;
};

}  // namespace

ScoreCode TreeEnsemble::Predict(const VectorView& x, Arena& arena,
                                const double** predictions) const noexcept {
  const std::uint32_t* leaves = nullptr;
  const ScoreCode code = forest.FindLeaves(x, arena, &leaves);
  if (code != ScoreCode::kOk) return code;
  auto* values = arena.Allocate<double>(tree_count());
  if (values == nullptr) return ScoreCode::kTooLarge;
  for (std::uint32_t tree = 0; tree < tree_count(); ++tree) values[tree] = *Leaf(leaves[tree]);
  *predictions = values;
  return ScoreCode::kOk;
}

TreeEnsemble ReadTree(OpSource& source, std::uint32_t class_count) {
  EnsembleReader reader(class_count);
  reader.Add(source);
  return std::move(reader).Finish();
}

TreeEnsemble ReadTrees(OpSource& source, std::string_view tree_op, std::uint32_t class_count) {
  EnsembleReader reader(class_count);
  for (const std::string& name : source.Strings("trees")) {
    std::optional<OpSource> tree = source.Nested(name);
    if (!tree) continue;
    if (tree->op() == tree_op) {
      reader.Add(*tree);
    } else {
      tree->Refuse("", "expected a model of the op '" + std::string(tree_op) + "', found '" +
                           tree->op() + "'");
    }
  }
  return std::move(reader).Finish();
}

std::vector<double> ReadTreeWeights(OpSource& source, const TreeEnsemble& trees) {
  std::vector<double> weights = source.Doubles("tree_weights");
  if (weights.size() != trees.tree_count() && !source.refused()) {
    source.Refuse("tree_weights", "expected one for each of " + std::to_string(trees.tree_count()) +
                                      " trees, found " + std::to_string(weights.size()));
  }
  return weights;
}

}  // namespace pillion
