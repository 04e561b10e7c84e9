// Family: classification by trees. A leaf holds the training weight of each class, or, for
// boosted trees, one value.
//   decision_tree_classifier   raw = the leaf
//   random_forest_classifier   raw = sum over the trees of their leaves' class shares; no weights
//   gbt_classifier             margin = predictions · tree_weights, raw = [-margin, margin]
// MLeap normalises the leaf of a single tree in place, so that its later answers depend on its
// earlier ones; here every answer is the first.
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/classification/.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/classes.h"
#include "engine/linear/fused_sums.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"
#include "engine/ops/tree_ensemble.h"

namespace pillion {
namespace {

class DecisionTreeClassifier final : public Classifier {
 public:
  DecisionTreeClassifier(Size size, std::optional<std::vector<double>> thresholds,
                         TreeEnsemble tree)
      : Classifier(size, std::move(thresholds)), tree_(std::move(tree)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    std::uint32_t* leaves = nullptr;
    ScoreCode code = tree_.forest.FindLeaves(features, arena, &leaves);
    if (code != ScoreCode::kOk) return code;
    const std::span<const double> leaf = tree_.Leaf(leaves[0]);
    code = AllocateScores(arena, leaf.size(), raw);
    if (code == ScoreCode::kOk) std::copy(leaf.begin(), leaf.end(), raw->begin());
    return code;
  }
  void RawToProbability(std::span<double> scores) const noexcept override { Normalise(scores); }

 private:
  TreeEnsemble tree_;
};

class RandomForestClassifier final : public Classifier {
 public:
  RandomForestClassifier(Size size, std::optional<std::vector<double>> thresholds,
                         TreeEnsemble trees)
      : Classifier(size, std::move(thresholds)), forest_(std::move(trees.forest)) {
    for (std::uint32_t leaf = 0; leaf + 1 < trees.leaf_begins.size(); ++leaf) {
      AddShares(trees.Leaf(leaf));
    }
  }

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    std::uint32_t* leaves = nullptr;
    ScoreCode code = forest_.FindLeaves(features, arena, &leaves);
    if (code == ScoreCode::kOk) code = AllocateScores(arena, class_count(), raw);
    if (code != ScoreCode::kOk) return code;
    std::fill(raw->begin(), raw->end(), 0.0);
    for (std::uint32_t tree = 0; tree < forest_.tree_count(); ++tree) {
      const double* shares = shares_.data() + std::size_t{leaves[tree]} * class_count();
      for (std::uint32_t i = 0; i < class_count(); ++i) (*raw)[i] += shares[i];
    }
    return ScoreCode::kOk;
  }
  void RawToProbability(std::span<double> scores) const noexcept override { Normalise(scores); }

 private:
  // A leaf's shares are the same for every row, so they are divided out once. One whose sum is 0
  // does not vote: adding its zeros does not change a sum that began at 0.
  void AddShares(std::span<const double> leaf) {
    const double sum = Sum(leaf);
    for (std::uint32_t i = 0; i < class_count(); ++i) {
      shares_.push_back(sum != 0 ? leaf[i] / sum : 0.0);
    }
  }

  Forest forest_;
  std::vector<double> shares_;  // [leaf][class]
};

Classifier::Size ReadSize(OpSource& source) {
  return {static_cast<std::int32_t>(ReadCount(source, "num_features")),
          ReadCount(source, "num_classes")};
}

std::shared_ptr<const Classifier> ReadDecisionTreeClassifier(OpSource& source) {
  const Classifier::Size size = ReadSize(source);
  std::optional<std::vector<double>> thresholds = ReadThresholds(source, size.classes);
  TreeEnsemble tree = ReadTree(source, LeafKind::kAllValues);
  return std::make_shared<DecisionTreeClassifier>(size, std::move(thresholds), std::move(tree));
}

std::shared_ptr<const Classifier> ReadRandomForestClassifier(OpSource& source) {
  const Classifier::Size size = ReadSize(source);
  source.Doubles("tree_weights");  // Must be there, but does not count.
  std::optional<std::vector<double>> thresholds = ReadThresholds(source, size.classes);
  TreeEnsemble trees = ReadTrees(source, kDecisionTreeClassifier, LeafKind::kAllValues);
  for (std::uint32_t leaf = 0; leaf + 1 < trees.leaf_begins.size(); ++leaf) {
    const std::size_t found = trees.Leaf(leaf).size();
    if (found >= size.classes) continue;
    source.Refuse("trees", "expected " + std::to_string(size.classes) +
                               " values in each leaf, found " + std::to_string(found));
    return {};
  }
  return std::make_shared<RandomForestClassifier>(size, std::move(thresholds), std::move(trees));
}

class GbtClassifier final : public Classifier {
 public:
  GbtClassifier(std::int32_t feature_count, std::optional<std::vector<double>> thresholds,
                TreeEnsemble trees, std::vector<double> weights)
      : Classifier({feature_count, 2}, std::move(thresholds)),
        trees_(std::move(trees)),
        weights_(std::move(weights)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    const double* predictions = nullptr;
    ScoreCode code = trees_.Predict(features, arena, &predictions);
    if (code == ScoreCode::kOk) code = AllocateScores(arena, 2, raw);
    if (code != ScoreCode::kOk) return code;
    const double margin = DotFused(predictions, weights_.data(), weights_.size());
    (*raw)[0] = -margin;
    (*raw)[1] = margin;
    return ScoreCode::kOk;
  }

  void RawToProbability(std::span<double> scores) const noexcept override {
    scores[0] = 1.0 / (1.0 + std::exp(-2.0 * scores[0]));
    scores[1] = 1.0 - scores[0];
  }

  double Predict(std::span<double> raw) const noexcept override {
    if (thresholds_) return Classifier::Predict(raw);
    return raw[1] > 0 ? 1.0 : 0.0;
  }

 private:
  TreeEnsemble trees_;
  std::vector<double> weights_;
};

std::shared_ptr<const Classifier> ReadGbtClassifier(OpSource& source) {
  const auto feature_count = static_cast<std::int32_t>(ReadCount(source, "num_features"));
  ReadCount(source, "num_classes", 2, 2);
  if (const std::string loss = source.String("lossType", "logistic"); loss != "logistic") {
    source.Refuse("lossType", "expected \"logistic\", found \"" + loss + "\"");
  }
  std::optional<std::vector<double>> thresholds = ReadThresholds(source, 2);
  TreeEnsemble trees = ReadTrees(source, kDecisionTreeRegression, LeafKind::kFirstValue);
  std::vector<double> weights = ReadTreeWeights(source, trees);
  return std::make_shared<GbtClassifier>(feature_count, std::move(thresholds), std::move(trees),
                                         std::move(weights));
}

constexpr OpRow kRows[] = {
    ClassifierRow<ReadDecisionTreeClassifier>(kDecisionTreeClassifier, "Classification by one tree",
                                              Exactness::kBits),
    ClassifierRow<ReadRandomForestClassifier>("random_forest_classifier", "Vote of many trees",
                                              Exactness::kBits),
    ClassifierRow<ReadGbtClassifier>(
        "gbt_classifier", "Two classes by the sign of gradient-boosted trees", Exactness::kUlp4),
};

}  // namespace

const OpFamily kTreeClassifiers = {"tree classifiers", "core/classification", kRows};

}  // namespace pillion
