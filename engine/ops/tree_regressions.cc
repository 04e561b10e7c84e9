// Family: regressions by trees. Each leaf holds one value.
//   decision_tree_regression   the value of the leaf
//   random_forest_regression   the mean over the trees, summed in their order; no weights
//   gbt_regression             predictions · tree_weights
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/regression/.
#include <memory>
#include <utility>
#include <vector>

#include "engine/linear/classes.h"
#include "engine/linear/fused_sums.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"
#include "engine/ops/tree_ensemble.h"

namespace pillion {
namespace {

// `Combine` makes one number of the trees' predictions.
template <typename Combine>
class TreeRegressionKernel final : public Kernel {
 public:
  TreeRegressionKernel(TreeEnsemble trees, Combine combine)
      : trees_(std::move(trees)), combine_(std::move(combine)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView features;
    ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &features);
    if (code != ScoreCode::kOk) return code;
    const double* predictions = nullptr;
    code = trees_.Predict(features, arguments.arena(), &predictions);
    if (code != ScoreCode::kOk) return code;
    arguments.Out() = Value::Scalar(combine_(std::span(predictions, trees_.tree_count())));
    return ScoreCode::kOk;
  }

 private:
  TreeEnsemble trees_;
  Combine combine_;
};

template <typename Combine>
Operation MakeTreeRegression(std::uint32_t feature_count, TreeEnsemble trees, Combine combine) {
  return {.inputs = {{"features", DataType::Vector(static_cast<std::int32_t>(feature_count))}},
          .outputs = {{"prediction", DataType::Scalar(BasicType::kDouble, false)}},
          .kernel = std::make_shared<TreeRegressionKernel<Combine>>(std::move(trees),
                                                                    std::move(combine))};
}

Operation CompileDecisionTreeRegression(OpSource& source) {
  const std::uint32_t feature_count = ReadCount(source, "num_features");
  return MakeTreeRegression(
      feature_count, ReadTree(source, LeafKind::kFirstValue),
      [](std::span<const double> predictions) noexcept { return predictions.front(); });
}

Operation CompileRandomForestRegression(OpSource& source) {
  const std::uint32_t feature_count = ReadCount(source, "num_features");
  source.Doubles("tree_weights");  // Must be there, but does not count.
  return MakeTreeRegression(feature_count,
                            ReadTrees(source, kDecisionTreeRegression, LeafKind::kFirstValue),
                            [](std::span<const double> predictions) noexcept {
                              return Sum(predictions) / static_cast<double>(predictions.size());
                            });
}

Operation CompileGbtRegression(OpSource& source) {
  const std::uint32_t feature_count = ReadCount(source, "num_features");
  TreeEnsemble trees = ReadTrees(source, kDecisionTreeRegression, LeafKind::kFirstValue);
  std::vector<double> weights = ReadTreeWeights(source, trees);
  return MakeTreeRegression(
      feature_count, std::move(trees),
      [weights = std::move(weights)](std::span<const double> predictions) noexcept {
        return DotFused(predictions.data(), weights.data(), weights.size());
      });
}

constexpr OpRow kRows[] = {
    {kDecisionTreeRegression, "Regression by one tree", Exactness::kBits,
     CompileDecisionTreeRegression},
    {"random_forest_regression", "Mean of many trees", Exactness::kBits,
     CompileRandomForestRegression},
    {"gbt_regression", "Weighted sum of gradient-boosted trees", Exactness::kBits,
     CompileGbtRegression},
};

}  // namespace

const OpFamily kTreeRegressions = {"tree regressions", "core/regression", kRows};

}  // namespace pillion
