// Family: element-wise scalers. One value in, one value out, no state between elements.
//   standard_scaler   (x - mean) · (1 / std), either part optional; 0 where std is 0
//   min_max_scaler    (x - min) / (max - min) · (maxValue - minValue) + minValue
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "engine/kernels/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

ScoreCode ReadVectorOfSize(Arguments& arguments, std::size_t size, VectorView* vector) noexcept {
  const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), vector);
  if (code != ScoreCode::kOk) return code;
  return vector->size == size ? ScoreCode::kOk : ScoreCode::kWrongSize;
}

// With a mean the result is dense; without, zeros stay zeros and the form is kept.
class StandardScalerKernel final : public Kernel {
 public:
  StandardScalerKernel(std::vector<double> mean, const std::vector<double>& std)
      : mean_(std::move(mean)) {
    for (const double deviation : std) factor_.push_back(deviation != 0 ? 1.0 / deviation : 0.0);
  }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const std::size_t size = mean_.empty() ? factor_.size() : mean_.size();
    if (const ScoreCode code = ReadVectorOfSize(arguments, size, &x); code != ScoreCode::kOk) {
      return code;
    }
    return mean_.empty() ? Scale(arguments, x) : Centre(arguments, x);
  }

 private:
  ScoreCode Scale(Arguments& arguments, const VectorView& x) const noexcept {
    double* y = arguments.Allocate<double>(x.count);
    if (y == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t i = 0; i < x.count; ++i) {
      y[i] = x.values[i] * factor_[x.dense() ? i : static_cast<std::uint32_t>(x.indices[i])];
    }
    arguments.Out() = VectorLike(x, y);
    return ScoreCode::kOk;
  }

  ScoreCode Centre(Arguments& arguments, const VectorView& x) const noexcept {
    const double* values = Densify(x, arguments.arena());
    double* y = arguments.Allocate<double>(x.size);
    if (values == nullptr || y == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t i = 0; i < x.size; ++i) {
      const double centred = values[i] - mean_[i];
      if (factor_.empty()) {
        y[i] = centred;
      } else {
        y[i] = factor_[i] != 0 ? centred * factor_[i] : 0.0;
      }
    }
    arguments.Out() = DenseVector(y, x.size);
    return ScoreCode::kOk;
  }

  std::vector<double> mean_;    // empty: not centred
  std::vector<double> factor_;  // 1 / std, 0 where std is 0; empty: not scaled
};

Operation CompileStandardScaler(OpSource& source) {
  if (!source.Has("mean") && !source.Has("std")) {
    source.Refuse("", "expected mean, std or both, found neither");
    return {};
  }
  std::vector<double> mean = source.Has("mean") ? source.Vector("mean") : std::vector<double>();
  std::vector<double> std = source.Has("std") ? source.Vector("std") : std::vector<double>();
  if (source.Has("mean") && source.Has("std") && mean.size() != std.size()) {
    source.Refuse("std", "expected as many values as in mean, " + std::to_string(mean.size()) +
                             ", found " + std::to_string(std.size()));
    return {};
  }
  const auto size = static_cast<std::int32_t>(mean.empty() ? std.size() : mean.size());
  return {.inputs = {{"input", DataType::Vector(size)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<StandardScalerKernel>(std::move(mean), std)};
}

class MinMaxScalerKernel final : public Kernel {
 public:
  MinMaxScalerKernel(std::vector<double> min, const std::vector<double>& max, double low,
                     double high)
      : min_(std::move(min)), low_(low), scale_(high - low) {
    for (std::size_t i = 0; i < min_.size(); ++i) range_.push_back(max[i] - min_[i]);
  }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    if (const ScoreCode code = ReadVectorOfSize(arguments, min_.size(), &x);
        code != ScoreCode::kOk) {
      return code;
    }
    const double* values = Densify(x, arguments.arena());
    double* y = arguments.Allocate<double>(x.size);
    if (values == nullptr || y == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t i = 0; i < x.size; ++i) {
      const double raw = range_[i] != 0 ? (values[i] - min_[i]) / range_[i] : 0.5;
      y[i] = std::isnan(values[i]) ? values[i] : raw * scale_ + low_;
    }
    arguments.Out() = DenseVector(y, x.size);
    return ScoreCode::kOk;
  }

 private:
  std::vector<double> min_;
  std::vector<double> range_;
  double low_;
  double scale_;
};

Operation CompileMinMaxScaler(OpSource& source) {
  std::vector<double> min = source.Vector("min");
  const std::vector<double>& max = source.Vector("max");
  const double low = source.Double("minValue", 0.0);
  const double high = source.Double("maxValue", 1.0);
  if (min.size() != max.size()) {
    source.Refuse("max", "expected as many values as in min, " + std::to_string(min.size()) +
                             ", found " + std::to_string(max.size()));
    return {};
  }
  const auto size = static_cast<std::int32_t>(min.size());
  return {.inputs = {{"input", DataType::Vector(size)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<MinMaxScalerKernel>(std::move(min), max, low, high)};
}

constexpr OpRow kRows[] = {
    {"standard_scaler", "Centre and scale by mean and standard deviation", Exactness::kBits,
     CompileStandardScaler},
    {"min_max_scaler", "Scale from the training range to a target range", Exactness::kBits,
     CompileMinMaxScaler},
};

}  // namespace

const OpFamily kScalers = {"scalers", "core/feature", kRows};

}  // namespace pillion
