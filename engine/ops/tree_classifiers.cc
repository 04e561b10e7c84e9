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
#include <utility>
#include <vector>

#include "engine/kernels/classes.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"
#include "engine/ops/tree_ensemble.h"

namespace pillion {
namespace {

// REQUIRES: each leaf holds one value a class.
class VotingClassifier : public Classifier {
 public:
  VotingClassifier(Size size, std::optional<std::vector<double>> thresholds, TreeEnsemble trees)
      : Classifier(size, std::move(thresholds)), trees_(std::move(trees)) {}

  void RawToProbability(std::span<double> scores) const noexcept override { Normalise(scores); }

 protected:
  const TreeEnsemble trees_;
};

class DecisionTreeClassifier final : public VotingClassifier {
 public:
  using VotingClassifier::VotingClassifier;

  ScoreCode Raw(const VectorView& features, Arena& arena, double* raw) const noexcept override {
    const std::uint32_t* leaves = nullptr;
    const ScoreCode code = trees_.forest.FindLeaves(features, arena, &leaves);
    if (code != ScoreCode::kOk) return code;
    std::copy_n(trees_.Leaf(leaves[0]), class_count(), raw);
    return ScoreCode::kOk;
  }
};

class RandomForestClassifier final : public VotingClassifier {
 public:
  // Each leaf's shares are the same for every row, so they are divided out once.
  RandomForestClassifier(Size size, std::optional<std::vector<double>> thresholds,
                         TreeEnsemble trees)
      : VotingClassifier(size, std::move(thresholds), DivideOut(std::move(trees))) {}

  ScoreCode Raw(const VectorView& features, Arena& arena, double* raw) const noexcept override {
    const std::uint32_t* leaves = nullptr;
    const ScoreCode code = trees_.forest.FindLeaves(features, arena, &leaves);
    if (code != ScoreCode::kOk) return code;
    std::fill_n(raw, class_count(), 0.0);
    for (std::uint32_t tree = 0; tree < trees_.tree_count(); ++tree) {
      const double* shares = trees_.Leaf(leaves[tree]);
      for (std::uint32_t i = 0; i < class_count(); ++i) raw[i] += shares[i];
    }
    return ScoreCode::kOk;
  }

 private:
  // A leaf whose sum is 0 does not vote; adding its zeros does not change a sum that began at 0.
  static TreeEnsemble DivideOut(TreeEnsemble trees) {
    for (std::size_t i = 0; i < trees.leaf_values.size(); i += trees.width) {
      const std::span<double> leaf(&trees.leaf_values[i], trees.width);
      if (Sum(leaf) == 0) std::fill(leaf.begin(), leaf.end(), 0.0);
      Normalise(leaf);
    }
    return trees;
  }
};

template <typename VotingModel>
Operation CompileVoting(OpSource& source, TreeEnsemble (*read)(OpSource&, std::uint32_t)) {
  const Classifier::Size size = {static_cast<std::int32_t>(ReadCount(source, "num_features")),
                                 ReadCount(source, "num_classes", 1)};
  std::optional<std::vector<double>> thresholds = ReadThresholds(source, size.classes);
  return MakeClassification(
      std::make_shared<VotingModel>(size, std::move(thresholds), read(source, size.classes)));
}

Operation CompileDecisionTreeClassifier(OpSource& source) {
  return CompileVoting<DecisionTreeClassifier>(source, ReadTree);
}

Operation CompileRandomForestClassifier(OpSource& source) {
  source.Doubles("tree_weights");  // Must be there, but does not count.
  return CompileVoting<RandomForestClassifier>(
      source, [](OpSource& forest, std::uint32_t class_count) {
        return ReadTrees(forest, kDecisionTreeClassifier, class_count);
      });
}

class GbtClassifier final : public Classifier {
 public:
  GbtClassifier(std::int32_t feature_count, std::optional<std::vector<double>> thresholds,
                TreeEnsemble trees, std::vector<double> weights)
      : Classifier({feature_count, 2}, std::move(thresholds)),
        trees_(std::move(trees)),
        weights_(std::move(weights)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena, double* raw) const noexcept override {
    const double* predictions = nullptr;
    const ScoreCode code = trees_.Predict(features, arena, &predictions);
    if (code != ScoreCode::kOk) return code;
    const double margin = DotDense(predictions, weights_.data(), weights_.size());
    raw[0] = -margin;
    raw[1] = margin;
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

Operation CompileGbtClassifier(OpSource& source) {
  const auto feature_count = static_cast<std::int32_t>(ReadCount(source, "num_features"));
  ReadCount(source, "num_classes", 2, 2);
  if (const std::string loss = source.String("lossType", "logistic"); loss != "logistic") {
    source.Refuse("lossType", "expected \"logistic\", found \"" + loss + "\"");
  }
  std::optional<std::vector<double>> thresholds = ReadThresholds(source, 2);
  TreeEnsemble trees = ReadTrees(source, kDecisionTreeRegression);
  std::vector<double> weights = ReadTreeWeights(source, trees);
  return MakeClassification(std::make_shared<GbtClassifier>(feature_count, std::move(thresholds),
                                                            std::move(trees), std::move(weights)));
}

constexpr OpRow kRows[] = {
    {kDecisionTreeClassifier, "Classification by one tree", Exactness::kBits,
     CompileDecisionTreeClassifier},
    {"random_forest_classifier", "Vote of many trees", Exactness::kBits,
     CompileRandomForestClassifier},
    {"gbt_classifier", "Two classes by the sign of gradient-boosted trees", Exactness::kUlp4,
     CompileGbtClassifier},
};

}  // namespace

const OpFamily kTreeClassifiers = {"tree classifiers", "core/classification", kRows};

}  // namespace pillion
