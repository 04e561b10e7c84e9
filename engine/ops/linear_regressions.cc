// Family: regressions on one linear margin, coefficients · features + intercept.
//   linear_regression   prediction = margin
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/regression/.
#include <memory>
#include <utility>
#include <vector>

#include "engine/kernels/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class LinearRegressionKernel final : public Kernel {
 public:
  LinearRegressionKernel(std::vector<double> coefficients, double intercept)
      : coefficients_(std::move(coefficients)), intercept_(intercept) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView features;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &features);
    if (code != ScoreCode::kOk) return code;
    if (features.size != coefficients_.size()) return ScoreCode::kWrongSize;
    arguments.Out() = Value::Scalar(Dot(features, coefficients_.data()) + intercept_);
    return ScoreCode::kOk;
  }

 private:
  std::vector<double> coefficients_;
  double intercept_;
};

Operation CompileLinearRegression(OpSource& source) {
  std::vector<double> coefficients = source.Vector("coefficients");
  const double intercept = source.Double("intercept");
  const auto size = static_cast<std::int32_t>(coefficients.size());
  return {.inputs = {{"features", DataType::Vector(size)}},
          .outputs = {{"prediction", DataType::Scalar(BasicType::kDouble, false)}},
          .kernel = std::make_shared<LinearRegressionKernel>(std::move(coefficients), intercept)};
}

constexpr OpRow kRows[] = {
    {"linear_regression", "Linear regression", Exactness::kBits, CompileLinearRegression},
};

}  // namespace

const OpFamily kLinearRegressions = {"linear regressions", "core/regression", kRows};

}  // namespace pillion
