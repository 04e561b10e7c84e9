#include "engine/ops/tree_ensemble.h"

#include <string>
#include <utility>

#include "engine/ops/catalog.h"
#include "engine/ops/classifier.h"

namespace pillion {
namespace {

class EnsembleReader {
 public:
  explicit EnsembleReader(LeafKind kind) : kind_(kind) {}

  void Add(OpSource& source) {
    const DecisionTreeFile tree = source.DecisionTree();
    if (tree.nodes.empty()) return;  // Refused already.
    // Leaves are numbered as they come, in the order of the nodes.
    builder_.Add([&](std::uint32_t index) {
      const DecisionTreeFile::Node& node = tree.nodes[index];
      if (node.kind == DecisionTreeFile::Kind::kLeaf) AddLeaf(source, tree, node);
      return ForForest(tree, index);
    });
  }

  TreeEnsemble Finish() && {
    if (kind_ == LeafKind::kAllValues) EndLeaf();
    ensemble_.forest = std::move(builder_).Build();
    return std::move(ensemble_);
  }

 private:
  ForestBuilder::Node ForForest(const DecisionTreeFile& tree, std::uint32_t index) {
    using Kind = ForestBuilder::Node::Kind;
    const DecisionTreeFile::Node& node = tree.nodes[index];
    if (node.kind == DecisionTreeFile::Kind::kLeaf) return {.leaf = leaf_count_++};
    const bool is_set = node.kind == DecisionTreeFile::Kind::kCategorical;
    return {.kind = is_set ? Kind::kSet : Kind::kNumber,
            .is_left = node.is_left,
            .feature = static_cast<std::uint32_t>(node.feature),
            .left = index + 1,
            .right = node.right,
            .threshold = node.threshold,
            .categories = std::span(tree.values).subspan(node.values_begin, node.values_count)};
  }

  void EndLeaf() {
    ensemble_.leaf_begins.push_back(static_cast<std::uint32_t>(ensemble_.leaf_values.size()));
  }

  void AddLeaf(OpSource& source, const DecisionTreeFile& tree, const DecisionTreeFile::Node& leaf) {
    const auto begin = tree.values.begin() + leaf.values_begin;
    std::vector<double>& values = ensemble_.leaf_values;
    if (kind_ == LeafKind::kAllValues) {
      EndLeaf();
      values.insert(values.end(), begin, begin + leaf.values_count);
    } else if (leaf.values_count > 0) {
      values.push_back(*begin);
    } else if (!source.refused()) {
      source.Refuse("", "expected a value in each leaf of the tree, found a leaf without");
    }
  }

  LeafKind kind_;
  ForestBuilder builder_;
  std::uint32_t leaf_count_ = 0;
  TreeEnsemble ensemble_;
};

// What a tree of an ensemble must have to be loaded, although the ensemble's own attributes count.
void CheckTree(OpSource& tree) {
  tree.Long("num_features");
  if (tree.op() == kDecisionTreeClassifier) ReadThresholds(tree, ReadCount(tree, "num_classes"));
}

}  // namespace

ScoreCode TreeEnsemble::Predict(const VectorView& x, Arena& arena,
                                const double** predictions) const noexcept {
  std::uint32_t* leaves = nullptr;
  const ScoreCode code = forest.FindLeaves(x, arena, &leaves);
  if (code != ScoreCode::kOk) return code;
  auto* values = arena.Allocate<double>(tree_count());
  if (values == nullptr) return ScoreCode::kTooLarge;
  for (std::uint32_t tree = 0; tree < tree_count(); ++tree)
    values[tree] = leaf_values[leaves[tree]];
  *predictions = values;
  return ScoreCode::kOk;
}

TreeEnsemble ReadTree(OpSource& source, LeafKind kind) {
  EnsembleReader reader(kind);
  reader.Add(source);
  return std::move(reader).Finish();
}

TreeEnsemble ReadTrees(OpSource& source, std::string_view tree_op, LeafKind kind) {
  EnsembleReader reader(kind);
  for (const std::string& name : source.Strings("trees")) {
    std::optional<OpSource> tree = source.Nested(name);
    if (!tree) continue;
    if (tree->op() == tree_op) {
      CheckTree(*tree);
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
