// Family: isotonic regression, a monotone piecewise linear function.
//   isotonic_regression   of a number, or of one entry of a vector
// Formulas follow combust/mleap, core/regression/IsotonicRegressionModel.scala.
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/java/total_order.h"
#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class PiecewiseLinear {
 public:
  PiecewiseLinear(std::vector<double> boundaries, std::vector<double> predictions)
      : boundaries_(std::move(boundaries)), predictions_(std::move(predictions)) {}

  // Bisects as java.util.Arrays.binarySearch does, which decides between equal boundaries. The
  // model need not have a prediction for each of them; absent: the one needed is missing.
  std::optional<double> At(double x) const noexcept {
    std::size_t low = 0;
    std::size_t high = boundaries_.size();
    while (low < high) {
      const std::size_t middle = (low + high - 1) / 2;
      const int order = CompareTotally(boundaries_[middle], x);
      if (order == 0) return Prediction(middle);
      (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    if (low == 0) return Prediction(0);
    if (low == boundaries_.size()) return Prediction(predictions_.size() - 1);
    if (low >= predictions_.size()) return std::nullopt;
    const double x1 = boundaries_[low - 1];
    const double y1 = predictions_[low - 1];
    return y1 + (predictions_[low] - y1) * (x - x1) / (boundaries_[low] - x1);
  }

 private:
  std::optional<double> Prediction(std::size_t i) const noexcept {
    return i < predictions_.size() ? std::optional(predictions_[i]) : std::nullopt;
  }

  std::vector<double> boundaries_;
  std::vector<double> predictions_;
};

class IsotonicKernel final : public Kernel {
 public:
  IsotonicKernel(PiecewiseLinear function, std::optional<std::int64_t> feature_index)
      : function_(std::move(function)), feature_index_(feature_index) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    double x = 0;
    if (!feature_index_) {
      x = arguments.In(0).As<double>();
    } else {
      VectorView features;
      const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &features);
      if (code != ScoreCode::kOk) return code;
      if (*feature_index_ < 0 || *feature_index_ >= features.size) {
        return ScoreCode::kIndexOutOfBounds;
      }
      x = EntryAt(features, static_cast<std::uint32_t>(*feature_index_));
    }
    const std::optional<double> prediction = function_.At(x);
    if (!prediction) return ScoreCode::kIndexOutOfBounds;
    arguments.Out() = Value::Scalar(*prediction);
    return ScoreCode::kOk;
  }

 private:
  PiecewiseLinear function_;
  std::optional<std::int64_t> feature_index_;  // absent: the input is a number
};

Operation CompileIsotonicRegression(OpSource& source) {
  std::vector<double> boundaries = source.Doubles("boundaries");
  std::vector<double> predictions = source.Doubles("predictions");
  source.Boolean("isotonic");  // Must be there, but does not count.
  std::optional<std::int64_t> feature_index;
  if (source.Has("feature_index")) feature_index = source.Long("feature_index");
  const DataType number = DataType::Scalar(BasicType::kDouble, false);
  return {.inputs = {{"features", feature_index ? DataType::Tensor(BasicType::kDouble,
                                                                   std::vector<std::int32_t>())
                                                : number}},
          .outputs = {{"prediction", number}},
          .kernel = std::make_shared<IsotonicKernel>(
              PiecewiseLinear(std::move(boundaries), std::move(predictions)), feature_index)};
}

constexpr OpRow kRows[] = {
    {"isotonic_regression", "Monotone piecewise linear function of one number", Exactness::kBits,
     CompileIsotonicRegression},
};

}  // namespace

const OpFamily kIsotonicRegressions = {"isotonic regressions", "core/regression", kRows};

}  // namespace pillion
