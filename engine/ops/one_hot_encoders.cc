// Family: category numbers to indicator vectors.
//   one_hot_encoder   a sparse vector with 1.0 at the category's index, or with nothing where the
//                     category is the one that is dropped
// Each column has its own number of categories. Bundles of older exporters hold one column and
// its "size"; the loader has renamed their ports to input0 and output0.
// Behaviour follows combust/mleap, mleap-core/…/core/feature/OneHotEncoderModel.scala.
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/ops/families.h"
#include "engine/ops/handle_invalid.h"

namespace pillion {
namespace {

class OneHotEncoderKernel final : public Kernel {
 public:
  OneHotEncoderKernel(std::vector<std::int32_t> categories, bool keep_invalid, bool drop_last)
      : categories_(std::move(categories)),
        keep_invalid_(keep_invalid),
        extra_width_((keep_invalid ? 1 : 0) - (drop_last ? 1 : 0)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    for (std::size_t i = 0; i < categories_.size(); ++i) {
      const ScoreCode code = Encode(arguments, i);
      if (code != ScoreCode::kOk) return arguments.Blame(i, code);
    }
    return ScoreCode::kOk;
  }

  FeatureRecipe recipe() const override {
    OneHotRecipe recipe;
    for (const std::int32_t count : categories_) {
      recipe.columns.push_back({.categories = count, .width = count + extra_width_});
    }
    recipe.keep_invalid = keep_invalid_;
    return recipe;
  }

 private:
  ScoreCode Encode(Arguments& arguments, std::size_t i) const noexcept {
    static constexpr double kOne = 1.0;
    constexpr double kLowest = std::numeric_limits<std::int32_t>::min();
    constexpr double kHighest = std::numeric_limits<std::int32_t>::max();
    const double label = arguments.In(i).float64;
    // A label that is no 32-bit integer is an error even where invalid ones are kept.
    if (!(label >= kLowest && label <= kHighest && label == std::trunc(label))) {
      return ScoreCode::kInvalidValue;
    }
    const std::int32_t width = categories_[i] + extra_width_;
    auto index = static_cast<std::int32_t>(label);
    if (index < 0 || index >= categories_[i]) {
      if (!keep_invalid_) return ScoreCode::kInvalidValue;
      index = categories_[i];  // "keep" adds a category for them, behind all others.
    }
    if (!arguments.Wants(i)) return ScoreCode::kOk;
    auto* stored = arguments.Allocate<std::int32_t>(1);
    if (stored == nullptr) return ScoreCode::kTooLarge;
    *stored = index;
    arguments.Out(i) = Value::Sparse(stored, &kOne, index < width ? 1 : 0, width);
    return ScoreCode::kOk;
  }

  std::vector<std::int32_t> categories_;  // per column
  bool keep_invalid_;
  std::int32_t extra_width_;  // width of a vector - categories of its column
};

// The old form's size is cut to 32 bits, as its reader does.
std::vector<std::int32_t> ReadCategories(OpSource& source) {
  const bool old_form = source.Has("size");
  const std::string_view name = old_form ? "size" : "category_sizes";
  std::vector<std::int32_t> categories =
      old_form ? std::vector{static_cast<std::int32_t>(source.Long(name))} : source.Ints(name);
  for (const std::int32_t count : categories) {
    if (count >= 0 && count < std::numeric_limits<std::int32_t>::max()) continue;
    source.Refuse(name, "expected category counts of 0 and more, found " + std::to_string(count));
  }
  return categories;
}

Operation CompileOneHotEncoder(OpSource& source) {
  const std::vector<std::int32_t> categories = ReadCategories(source);
  const bool drop_last = source.Boolean("drop_last");
  // What exporters of the old form left out is what they did.
  const std::optional<HandleInvalid> fallback = !source.Has("size") ? std::optional<HandleInvalid>()
                                                : drop_last         ? HandleInvalid::kKeep
                                                                    : HandleInvalid::kError;
  const HandleInvalid invalid = ReadHandleInvalid(source, "handle_invalid", false, fallback);
  Operation operation;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const std::string number = std::to_string(i);
    operation.inputs.push_back({"input" + number, DataType::Scalar(BasicType::kDouble, false)});
    operation.outputs.push_back({"output" + number, DataType::Vector(categories[i])});
  }
  operation.kernel =
      std::make_shared<OneHotEncoderKernel>(categories, invalid == HandleInvalid::kKeep, drop_last);
  return operation;
}

constexpr OpRow kRows[] = {
    {.name = "one_hot_encoder",
     .summary = "Indicator vector of a category number",
     .exactness = Exactness::kBits,
     .compile = CompileOneHotEncoder,
     .numbers_ports = true},
};

}  // namespace

const OpFamily kOneHotEncoders = {"one-hot encoders", "core/feature", kRows};

}  // namespace pillion
