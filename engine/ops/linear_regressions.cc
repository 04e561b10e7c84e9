// Family: regressions on one linear margin, coefficients · features + intercept.
//   linear_regression        prediction = margin
//   aft_survival_regression  prediction = exp(margin), and quantiles of a Weibull distribution
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/regression/.
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "engine/ops/families.h"
#include "engine/ops/linear_margin.h"

namespace pillion {
namespace {

class LinearRegressionKernel final : public Kernel {
 public:
  explicit LinearRegressionKernel(LinearMargin margin) : margin_(std::move(margin)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    double margin = 0;
    const ScoreCode code = margin_.Of(arguments.In(0), arguments.arena(), &margin);
    if (code == ScoreCode::kOk) arguments.Out() = Value::Scalar(margin);
    return code;
  }

 private:
  LinearMargin margin_;
};

Operation CompileLinearRegression(OpSource& source) {
  LinearMargin margin = ReadLinearMargin(source);
  return {.inputs = {margin.FeaturesPort()},
          .outputs = {{"prediction", DataType::Scalar(BasicType::kDouble, false)}},
          .kernel = std::make_shared<LinearRegressionKernel>(std::move(margin))};
}

class AftSurvivalKernel final : public Kernel {
 public:
  AftSurvivalKernel(LinearMargin margin, const std::vector<double>& probabilities, double scale)
      : margin_(std::move(margin)) {
    const double shape = 1.0 / scale;
    for (const double q : probabilities) {
      factors_.push_back(std::exp(std::log(-std::log(1.0 - q)) / shape));
    }
  }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    double margin = 0;
    const ScoreCode code = margin_.Of(arguments.In(0), arguments.arena(), &margin);
    if (code != ScoreCode::kOk) return code;
    const double lambda = std::exp(margin);
    if (arguments.Wants(0)) arguments.Out(0) = Value::Scalar(lambda);
    if (!arguments.Wants(1)) return ScoreCode::kOk;
    double* quantiles = arguments.Allocate<double>(factors_.size());
    if (quantiles == nullptr) return ScoreCode::kTooLarge;
    for (std::size_t i = 0; i < factors_.size(); ++i) quantiles[i] = lambda * factors_[i];
    arguments.Out(1) = DenseVector(quantiles, static_cast<std::uint32_t>(factors_.size()));
    return ScoreCode::kOk;
  }

 private:
  LinearMargin margin_;
  std::vector<double> factors_;  // the quantiles where the prediction is 1
};

Operation CompileAftSurvivalRegression(OpSource& source) {
  LinearMargin margin = ReadLinearMargin(source);
  const std::vector<double>& probabilities = source.Doubles("quantile_probabilities");
  const auto count = static_cast<std::int32_t>(probabilities.size());
  const double scale = source.Double("scale");
  if (source.DeclaresOutput("quantiles") && !source.DeclaresOutput("prediction")) {
    source.RefuseNode("the output port 'quantiles' needs 'prediction' beside it, as in MLeap");
  }
  return {.inputs = {margin.FeaturesPort()},
          .outputs = {{"prediction", DataType::Scalar(BasicType::kDouble, false)},
                      {"quantiles", DataType::Vector(count)}},
          .kernel = std::make_shared<AftSurvivalKernel>(std::move(margin), probabilities, scale)};
}

constexpr OpRow kRows[] = {
    {"linear_regression", "Linear regression", Exactness::kBits, CompileLinearRegression},
    {"aft_survival_regression", "Survival time by accelerated failure, with quantiles",
     Exactness::kUlp4, CompileAftSurvivalRegression},
};

}  // namespace

const OpFamily kLinearRegressions = {"linear regressions", "core/regression", kRows};

}  // namespace pillion
