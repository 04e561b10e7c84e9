// Family: products of features.
//   interaction   every product of one entry of each input. A feature with k > 1 categories stands
//                 for k indicators, of which one is 1; the answer is always sparse.
// Behaviour follows combust/mleap, mleap-core/…/core/feature/InteractionModel.scala, with what it
// makes of sparse inputs: entry m of the stored ones is put where feature m begins, whatever its
// index. Spark puts it where it belongs.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/vector.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

// Entries of a sparse vector, in the order in which MLeap makes them.
struct Entries {
  std::int64_t* indices = nullptr;
  double* values = nullptr;
  std::size_t count = 0;

  ScoreCode Reserve(const Arguments& arguments, std::size_t capacity) noexcept {
    indices = arguments.Allocate<std::int64_t>(capacity);
    values = arguments.Allocate<double>(capacity);
    return indices != nullptr && values != nullptr ? ScoreCode::kOk : ScoreCode::kTooLarge;
  }
  void Add(std::int64_t index, double value) noexcept {
    indices[count] = index;
    values[count++] = value;
  }
};

// Turns one input into entries.
class FeatureEncoder {
 public:
  // `widths`: categories of each feature, 1 for a number; all positive.
  FeatureEncoder(Shape shape, std::vector<std::int32_t> widths)
      : shape_(shape), widths_(std::move(widths)) {
    for (const std::int32_t width : widths_) {
      offsets_.push_back(width_);
      width_ += width;
    }
  }

  std::int64_t width() const { return width_; }

  ScoreCode Encode(const Value& value, Arguments& arguments, Entries* entries) const noexcept {
    if (value.null) return ScoreCode::kNullValue;
    if (shape_ == Shape::kScalar) {
      const ScoreCode code = entries->Reserve(arguments, 1);
      return code != ScoreCode::kOk ? code : Add(0, 0, value.float64, entries);
    }
    return EncodeTensor(value, arguments, entries);
  }

 private:
  ScoreCode EncodeTensor(const Value& value, Arguments& arguments,
                         Entries* entries) const noexcept {
    if (value.sparse && value.rank == 0) return ScoreCode::kBadShape;
    std::int64_t size = 1;
    for (const std::int32_t dimension : value.Dimensions()) {
      if (dimension < 0 || size > INT32_MAX) return ScoreCode::kWrongSize;
      size *= dimension;
    }
    if (size != static_cast<std::int64_t>(widths_.size())) return ScoreCode::kWrongSize;
    if (value.count > widths_.size()) return ScoreCode::kIndexOutOfBounds;
    ScoreCode code = entries->Reserve(arguments, value.count);
    const std::span<const double> values = value.Elements<double>();
    for (std::size_t m = 0; m < values.size() && code == ScoreCode::kOk; ++m) {
      const std::size_t feature =
          value.sparse ? static_cast<std::size_t>(value.indices[m * value.rank]) : m;
      // A negative index has become a huge one.
      code = feature < widths_.size() ? Add(feature, m, values[m], entries)
                                      : ScoreCode::kIndexOutOfBounds;
    }
    return code;
  }

  // `feature` says what `x` means, `place` where it goes.
  ScoreCode Add(std::size_t feature, std::size_t place, double x, Entries* entries) const noexcept {
    if (widths_[feature] == 1) {
      entries->Add(offsets_[place], x);
      return ScoreCode::kOk;
    }
    if (!(x >= 0.0 && x < widths_[feature] && x == std::trunc(x))) return ScoreCode::kInvalidValue;
    entries->Add(offsets_[place] + static_cast<std::int64_t>(x), 1.0);
    return ScoreCode::kOk;
  }

  Shape shape_;
  std::vector<std::int32_t> widths_;
  std::vector<std::int64_t> offsets_;  // sums of the widths before
  std::int64_t width_ = 0;
};

class InteractionKernel final : public Kernel {
 public:
  explicit InteractionKernel(std::vector<FeatureEncoder> encoders)
      : encoders_(std::move(encoders)) {}

  // The last input varies fastest and is multiplied first.
  ScoreCode Run(Arguments& arguments) const noexcept override {
    Entries products;
    if (products.Reserve(arguments, 1) != ScoreCode::kOk) return ScoreCode::kTooLarge;
    products.Add(0, 1.0);
    std::int64_t size = 1;
    for (std::size_t i = encoders_.size(); i-- > 0;) {
      Entries entries;
      ScoreCode code = encoders_[i].Encode(arguments.In(i), arguments, &entries);
      if (code == ScoreCode::kOk) code = Multiply(entries, size, arguments, &products);
      if (code != ScoreCode::kOk) return arguments.Blame(i, code);
      size *= encoders_[i].width();
    }
    return Write(products, size, arguments);
  }

 private:
  static ScoreCode Multiply(const Entries& entries, std::int64_t size, Arguments& arguments,
                            Entries* products) noexcept {
    Entries next;
    const ScoreCode code = next.Reserve(arguments, entries.count * products->count);
    if (code != ScoreCode::kOk) return code;
    for (std::size_t k = 0; k < entries.count; ++k) {
      for (std::size_t j = 0; j < products->count; ++j) {
        next.Add(products->indices[j] + entries.indices[k] * size,
                 products->values[j] * entries.values[k]);
      }
    }
    *products = next;
    return ScoreCode::kOk;
  }

  static ScoreCode Write(const Entries& products, std::int64_t size,
                         Arguments& arguments) noexcept {
    auto* indices = arguments.Allocate<std::int32_t>(products.count);
    if (indices == nullptr) return ScoreCode::kTooLarge;
    for (std::size_t k = 0; k < products.count; ++k) {
      if (products.indices[k] >= size) return ScoreCode::kBadIndex;
      indices[k] = static_cast<std::int32_t>(products.indices[k]);
    }
    arguments.Out() =
        SparseVector(indices, products.values, static_cast<std::uint32_t>(products.count),
                     static_cast<std::uint32_t>(size));
    return ScoreCode::kOk;
  }

  std::vector<FeatureEncoder> encoders_;
};

FeatureEncoder ReadEncoder(OpSource& source, const std::string& name, Shape shape) {
  const std::vector<std::int32_t>& widths = source.Ints(name);
  const bool positive =
      std::all_of(widths.begin(), widths.end(), [](std::int32_t width) { return width > 0; });
  if (widths.empty() || !positive) {
    source.Refuse(name, widths.empty() ? "expected category counts, found none"
                                       : "expected category counts above 0, found one that is not");
  }
  if (shape == Shape::kScalar && widths.size() != 1) {
    source.Refuse(name,
                  "expected one feature for a scalar, found " + std::to_string(widths.size()));
  }
  return {shape, widths};
}

Operation CompileInteraction(OpSource& source) {
  const std::vector<DataShape>& shapes = source.Shapes("input_shapes");
  const std::int32_t input_count = source.Int("num_inputs");
  if (input_count < 0 || static_cast<std::size_t>(input_count) != shapes.size()) {
    source.Refuse("num_inputs", "expected as many as input_shapes has, " +
                                    std::to_string(shapes.size()) + ", found " +
                                    std::to_string(input_count));
    return {};
  }
  Operation operation;
  std::vector<FeatureEncoder> encoders;
  std::int64_t size = 1;
  for (const DataShape& shape : shapes) {
    if (shape.shape != Shape::kScalar && shape.shape != Shape::kTensor) {
      source.Refuse("input_shapes", "expected scalars and tensors, found a " +
                                        Describe(shape.Of(BasicType::kDouble)));
    }
    const std::string number = std::to_string(encoders.size());
    encoders.push_back(ReadEncoder(source, "num_features" + number, shape.shape));
    operation.inputs.push_back({"input" + number, shape.Of(BasicType::kDouble)});
    size = std::min(size, std::int64_t{INT32_MAX}) *
           std::min(encoders.back().width(), std::int64_t{INT32_MAX} + 1);
  }
  if (size > INT32_MAX) {
    source.Refuse("", "the product of all features has more than 2147483647 entries",
                  LoadCode::kOverLimit);
    return {};
  }
  operation.outputs = {{"output", DataType::Vector(static_cast<std::int32_t>(size))}};
  operation.kernel = std::make_shared<InteractionKernel>(std::move(encoders));
  return operation;
}

constexpr OpRow kRows[] = {
    {"interaction", "Products of all combinations of entries", Exactness::kBits,
     CompileInteraction},
};

}  // namespace

const OpFamily kInteractions = {"interactions", "core/feature", kRows};

}  // namespace pillion
