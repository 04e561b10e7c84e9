// Family: element-wise scalers. One entry in, one entry out, no state between entries.
//   standard_scaler       (x - mean) · (1 / std), either part optional; 0 where std is 0
//   min_max_scaler        (x - min) / (max - min) · (maxValue - minValue) + minValue
//   max_abs_scaler        x / maxAbs, clamped to [-1, 1]
//   elementwise_product   x · scaling_vec
// A vector may be shorter than the model; one that is longer reads past the model's end.
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

// The scalers that skip NaN read none of the model's entries for it, so a longer vector passes if
// there are only NaN past the end.
bool OnlyNan(const double* begin, const double* end) noexcept {
  return std::all_of(begin, end, [](double x) { return std::isnan(x); });
}

// y[k] = f(x[k], i) for each stored entry, which lies at index i. Keeps the form.
template <typename F>
ScoreCode MapStored(const VectorView& x, Arguments& arguments, F f) noexcept {
  double* y = arguments.Allocate<double>(x.count);
  if (y == nullptr) return ScoreCode::kTooLarge;
  if (x.dense()) {
    for (std::uint32_t i = 0; i < x.count; ++i) y[i] = f(x.values[i], i);
  } else {
    for (std::uint32_t k = 0; k < x.count; ++k) {
      y[k] = f(x.values[k], static_cast<std::uint32_t>(x.indices[k]));
    }
  }
  arguments.Out() = VectorLike(x, y);
  return ScoreCode::kOk;
}

// With a mean the result is dense; without, zeros stay zeros and the form is kept.
class StandardScalerKernel final : public Kernel {
 public:
  StandardScalerKernel(std::optional<std::vector<double>> mean,
                       const std::optional<std::vector<double>>& std)
      : centred_(mean.has_value()), scaled_(std.has_value()) {
    if (centred_) mean_ = *std::move(mean);
    if (scaled_) {
      for (const double deviation : *std) factor_.push_back(deviation != 0 ? 1.0 / deviation : 0.0);
    }
    size_ = !centred_  ? factor_.size()
            : !scaled_ ? mean_.size()
                       : std::min(mean_.size(), factor_.size());
  }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    if (centred_) return x.size <= size_ ? Centre(arguments, x) : ScoreCode::kIndexOutOfBounds;
    if (!StoredBelow(x, size_)) return ScoreCode::kIndexOutOfBounds;
    return MapStored(x, arguments, [&](double v, std::uint32_t i) { return v * factor_[i]; });
  }

  FeatureRecipe recipe() const override {
    if ((centred_ && mean_.empty()) || (scaled_ && factor_.empty())) return {};
    return ScaleRecipe{mean_, factor_};
  }

 private:
  ScoreCode Centre(Arguments& arguments, const VectorView& x) const noexcept {
    const double* values = Densify(x, arguments.arena());
    double* y = arguments.Allocate<double>(x.size);
    if (values == nullptr || y == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t i = 0; i < x.size; ++i) {
      const double centred = values[i] - mean_[i];
      y[i] = !scaled_ ? centred : factor_[i] != 0 ? centred * factor_[i] : 0.0;
    }
    arguments.Out() = DenseVector(y, x.size);
    return ScoreCode::kOk;
  }

  std::vector<double> mean_;
  std::vector<double> factor_;  // 1 / std, 0 where std is 0
  bool centred_;
  bool scaled_;
  std::size_t size_;  // entries that the model has
};

Operation CompileStandardScaler(OpSource& source) {
  std::optional<std::vector<double>> mean;
  std::optional<std::vector<double>> std;
  if (source.Has("mean")) mean = source.Vector("mean");
  if (source.Has("std")) std = source.Vector("std");
  if (!mean && !std) {
    source.Refuse("", "expected mean, std or both, found neither");
    return {};
  }
  const auto size = static_cast<std::int32_t>(std ? std->size() : mean->size());
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
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const double* values = Densify(x, arguments.arena());
    double* y = arguments.Allocate<double>(x.size);
    if (values == nullptr || y == nullptr) return ScoreCode::kTooLarge;
    const std::size_t size = std::min<std::size_t>(x.size, min_.size());
    for (std::size_t i = 0; i < size; ++i) {
      const double raw = range_[i] != 0 ? (values[i] - min_[i]) / range_[i] : 0.5;
      y[i] = std::isnan(values[i]) ? values[i] : raw * scale_ + low_;
    }
    if (!OnlyNan(values + size, values + x.size)) return ScoreCode::kIndexOutOfBounds;
    std::copy(values + size, values + x.size, y + size);
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

class MaxAbsScalerKernel final : public Kernel {
 public:
  explicit MaxAbsScalerKernel(std::vector<double> max_abs) : max_abs_(std::move(max_abs)) {
    std::replace(max_abs_.begin(), max_abs_.end(), 0.0, 1.0);
  }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    const std::size_t size = max_abs_.size();
    const bool covered =
        StoredBelow(x, size) || (x.dense() && OnlyNan(x.values + size, x.values + x.size));
    if (!covered) return ScoreCode::kIndexOutOfBounds;
    return MapStored(x, arguments, [&](double v, std::uint32_t i) {
      if (std::isnan(v)) return v;
      const double scaled = v / max_abs_[i];
      return scaled > 1.0 ? 1.0 : scaled < -1.0 ? -1.0 : scaled;
    });
  }

 private:
  std::vector<double> max_abs_;
};

Operation CompileMaxAbsScaler(OpSource& source) {
  std::vector<double> max_abs = source.Vector("maxAbs");
  const auto size = static_cast<std::int32_t>(max_abs.size());
  return {.inputs = {{"input", DataType::Vector(size)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<MaxAbsScalerKernel>(std::move(max_abs))};
}

class ElementwiseProductKernel final : public Kernel {
 public:
  explicit ElementwiseProductKernel(std::vector<double> factor) : factor_(std::move(factor)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    if (!StoredBelow(x, factor_.size())) return ScoreCode::kIndexOutOfBounds;
    return MapStored(x, arguments, [&](double v, std::uint32_t i) { return v * factor_[i]; });
  }

 private:
  std::vector<double> factor_;
};

Operation CompileElementwiseProduct(OpSource& source) {
  std::vector<double> factor = source.Vector("scaling_vec");
  const auto size = static_cast<std::int32_t>(factor.size());
  return {.inputs = {{"input", DataType::Vector(size)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<ElementwiseProductKernel>(std::move(factor))};
}

constexpr OpRow kRows[] = {
    {"standard_scaler", "Centre and scale by mean and standard deviation", Exactness::kBits,
     CompileStandardScaler},
    {"min_max_scaler", "Scale from the training range to a target range", Exactness::kBits,
     CompileMinMaxScaler},
    {"max_abs_scaler", "Divide by the largest absolute value of training, within [-1, 1]",
     Exactness::kBits, CompileMaxAbsScaler},
    {"elementwise_product", "Multiply each entry by its own factor", Exactness::kBits,
     CompileElementwiseProduct},
};

}  // namespace

const OpFamily kScalers = {"scalers", "core/feature", kRows};

}  // namespace pillion
