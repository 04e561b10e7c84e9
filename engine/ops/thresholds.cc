// Family: numbers compared with fixed limits.
//   binarizer           x > threshold ? 1 : 0, of a number or of each stored entry of a vector
//   sklearn_binarizer   the same, with the shape in a list
//   bucketizer          the number of the interval between splits that holds x
// Behaviour follows combust/mleap, mleap-core/…/core/feature/{Binarizer,Bucketizer}Model.scala.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"
#include "engine/ops/families.h"
#include "engine/ops/handle_invalid.h"

namespace pillion {
namespace {

class NumberBinarizerKernel final : public Kernel {
 public:
  explicit NumberBinarizerKernel(double threshold) : threshold_(threshold) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    arguments.Out() = Value::Scalar(arguments.In(0).float64 > threshold_ ? 1.0 : 0.0);
    return ScoreCode::kOk;
  }

 private:
  double threshold_;
};

// Entries that a sparse vector does not store stay 0, even under a negative threshold.
class VectorBinarizerKernel final : public Kernel {
 public:
  explicit VectorBinarizerKernel(double threshold) : threshold_(threshold) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    auto* values = arguments.Allocate<double>(x.count);
    if (values == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t k = 0; k < x.count; ++k) values[k] = x.values[k] > threshold_ ? 1.0 : 0.0;
    x.values = values;
    return Compress(x, arguments.arena(), &arguments.Out());
  }

 private:
  double threshold_;
};

Operation MakeBinarizer(OpSource& source, double threshold, const DataShape& shape) {
  DataType type = shape.Of(BasicType::kDouble);
  type.nullable = shape.shape != Shape::kScalar;
  std::shared_ptr<const Kernel> kernel;
  if (shape.shape == Shape::kScalar) {
    kernel = std::make_shared<NumberBinarizerKernel>(threshold);
  } else if (shape.shape == Shape::kTensor) {
    kernel = std::make_shared<VectorBinarizerKernel>(threshold);
  } else {
    source.Refuse("input_shapes", "expected a scalar or a tensor, found a " + Describe(type));
  }
  return {.inputs = {{"input", type}}, .outputs = {{"output", type}}, .kernel = std::move(kernel)};
}

Operation CompileBinarizer(OpSource& source) {
  if (source.Has("thresholds")) {
    source.Refuse("thresholds",
                  "expected threshold alone; binarizers of many columns cannot be "
                  "scored by MLeap either",
                  LoadCode::kUnsupported);
    return {};
  }
  const double threshold = source.Double("threshold");
  return MakeBinarizer(source, threshold, source.ShapeOf("input_shapes"));
}

Operation CompileSklearnBinarizer(OpSource& source) {
  const double threshold = source.Double("threshold");
  const std::vector<DataShape>& shapes = source.Shapes("input_shapes");
  if (shapes.empty()) {
    source.Refuse("input_shapes", "expected a list of data shapes, found none");
    return {};
  }
  return MakeBinarizer(source, threshold, shapes.front());
}

// The place of a number among all doubles: Java's Double.compare, where -0.0 comes before 0.0 and
// NaN last.
std::int64_t TotalOrder(double x) noexcept {
  if (std::isnan(x)) return std::numeric_limits<std::int64_t>::max();
  const auto bits = std::bit_cast<std::int64_t>(x);
  return bits >= 0 ? bits : bits ^ std::numeric_limits<std::int64_t>::max();
}

class BucketizerKernel final : public Kernel {
 public:
  BucketizerKernel(const std::vector<double>& splits, HandleInvalid invalid)
      : last_split_(splits.back()), invalid_(invalid) {
    for (const double split : splits) places_.push_back(TotalOrder(split));
  }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const double x = arguments.In(0).float64;
    const auto count = static_cast<std::int64_t>(places_.size());
    std::int64_t bucket = 0;
    if (std::isnan(x)) {
      if (invalid_ == HandleInvalid::kSkip) return ScoreCode::kSkipped;
      if (invalid_ == HandleInvalid::kError) return ScoreCode::kInvalidValue;
      bucket = count - 1;
    } else if (x == last_split_) {
      bucket = count - 2;
    } else {
      bucket = Search(TotalOrder(x));
      if (bucket < 0) return ScoreCode::kInvalidValue;
    }
    arguments.Out() = Value::Scalar(static_cast<double>(bucket));
    return ScoreCode::kOk;
  }

 private:
  // Java's Arrays.binarySearch, step for step, because splits may be unsorted: the split that is
  // met, else the one before the place of `wanted`; -1 outside of all splits.
  std::int64_t Search(std::int64_t wanted) const noexcept {
    std::int64_t low = 0;
    std::int64_t high = static_cast<std::int64_t>(places_.size()) - 1;
    while (low <= high) {
      const std::int64_t middle = (low + high) / 2;
      const std::int64_t place = places_[static_cast<std::size_t>(middle)];
      if (place == wanted) return middle;
      if (place < wanted) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return low == static_cast<std::int64_t>(places_.size()) ? -1 : low - 1;
  }

  std::vector<std::int64_t> places_;
  double last_split_;
  HandleInvalid invalid_;
};

Operation CompileBucketizer(OpSource& source) {
  std::vector<double> splits = source.Doubles("splits");
  const HandleInvalid invalid = ReadHandleInvalid(source, "handle_invalid", true);
  if (splits.empty()) {
    source.Refuse("splits", "expected a list of double, found none");
    return {};
  }
  // JSON has no infinities: its writers leave null, which reads as NaN.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (std::isnan(splits.front())) splits.front() = -kInfinity;
  if (std::isnan(splits.back())) splits.back() = kInfinity;
  const DataType number = DataType::Scalar(BasicType::kDouble, false);
  return {.inputs = {{"input", number}},
          .outputs = {{"output", number}},
          .kernel = std::make_shared<BucketizerKernel>(splits, invalid),
          .may_skip = invalid == HandleInvalid::kSkip};
}

constexpr OpRow kRows[] = {
    {"binarizer", "1 above a threshold, else 0", Exactness::kBits, CompileBinarizer},
    {"sklearn_binarizer", "1 above a threshold, else 0, as scikit-learn exports it",
     Exactness::kBits, CompileSklearnBinarizer},
    {"bucketizer", "Number of the interval that holds a value", Exactness::kBits,
     CompileBucketizer},
};

}  // namespace

const OpFamily kThresholds = {"thresholds", "core/feature", kRows};

}  // namespace pillion
