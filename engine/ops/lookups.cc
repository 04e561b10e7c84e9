// Family: values by key, the keys from the bundle or from the row.
//   string_map           the number that the bundle gives for a label
//   map_entry_selector   the entry of a map column at the key that another column holds
// Behaviour follows combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/ops/families.h"
#include "engine/ops/handle_invalid.h"
#include "engine/ops/label_table.h"

namespace pillion {
namespace {

class StringMapKernel final : public Kernel {
 public:
  // `fallback`: for labels that are not in the map; absent: they are refused.
  StringMapKernel(std::span<const std::string> labels, std::vector<double> values,
                  std::optional<double> fallback)
      : labels_(labels), values_(std::move(values)), fallback_(fallback) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& label = arguments.In(0);
    const std::uint32_t index = label.null ? LabelTable::kNone : labels_.Find(label.text);
    if (index == LabelTable::kNone && !fallback_) {
      return label.null ? ScoreCode::kNullValue : ScoreCode::kUnseenLabel;
    }
    arguments.Out() = Value::Scalar(index == LabelTable::kNone ? *fallback_ : values_[index]);
    return ScoreCode::kOk;
  }

 private:
  LabelTable labels_;
  std::vector<double> values_;
  std::optional<double> fallback_;
};

Operation CompileStringMap(OpSource& source) {
  const std::vector<std::string>& labels = source.Strings("labels");
  std::vector<double> values = source.Doubles("values");
  const HandleInvalid handle_invalid =
      ReadHandleInvalid(source, "handle_invalid", /*can_skip=*/false);
  std::optional<double> fallback;
  if (handle_invalid == HandleInvalid::kKeep) fallback = source.Double("default_value", 0.0);
  const std::size_t count = std::min(labels.size(), values.size());
  return {.inputs = {{"input", DataType::Scalar(BasicType::kString)}},
          .outputs = {{"output", DataType::Scalar(BasicType::kDouble, false)}},
          .kernel = std::make_shared<StringMapKernel>(std::span(labels).first(count),
                                                      std::move(values), fallback)};
}

template <typename T>
class MapEntrySelectorKernel final : public Kernel {
 public:
  using Stored = std::conditional_t<std::is_same_v<T, std::string_view>, std::string, T>;

  explicit MapEntrySelectorKernel(Stored fallback) : fallback_(std::move(fallback)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& map = arguments.In(0);
    if (map.null) return ScoreCode::kNullValue;
    const std::span<const std::string_view> keys = map.Keys<std::string_view>();
    // Of equal keys the last counts.
    const auto it = std::find(keys.rbegin(), keys.rend(), arguments.In(1).text);
    const T entry = it == keys.rend()
                        ? T(fallback_)
                        : map.Elements<T>()[static_cast<std::size_t>(keys.rend() - it - 1)];
    arguments.Out() = Value::Scalar(entry);
    return ScoreCode::kOk;
  }

 private:
  Stored fallback_;
};

// `default_value` under the key of its type; bytes and shorts are written as ints.
template <typename T>
auto ReadDefault(OpSource& source) {
  constexpr std::string_view kName = "default_value";
  if constexpr (std::is_same_v<T, bool>) {
    return source.Boolean(kName);
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return source.Long(kName);
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(source.Int(kName));
  } else if constexpr (std::is_same_v<T, float>) {
    return source.Float(kName);
  } else if constexpr (std::is_same_v<T, double>) {
    return source.Double(kName);
  } else {
    return source.String(kName);
  }
}

Operation CompileMapEntrySelector(OpSource& source) {
  const BasicType key = source.Basic("key_type");
  const BasicType value = source.Basic("value_type");
  if (source.refused()) return {};
  if (key != BasicType::kString) {
    source.Refuse("key_type", "expected string, found " + std::string(BasicTypeName(key)));
  }
  if (value == BasicType::kByteString) {
    source.Refuse("value_type", "expected a number, boolean or string, found byte_string");
  }
  auto kernel = WithElementType(
      value, [&]<typename T>(std::type_identity<T>) -> std::shared_ptr<const Kernel> {
        return std::make_shared<MapEntrySelectorKernel<T>>(ReadDefault<T>(source));
      });
  return {.inputs = {{"input", DataType::Map(BasicType::kString, value)},
                     {"key", DataType::Scalar(BasicType::kString, false)}},
          .outputs = {{"output", DataType::Scalar(value, value == BasicType::kString)}},
          .kernel = std::move(kernel)};
}

constexpr OpRow kRows[] = {
    {"string_map", "The number that stands for a label", Exactness::kBits, CompileStringMap},
    {"map_entry_selector", "The entry of a map column at a key", Exactness::kBits,
     CompileMapEntrySelector},
};

}  // namespace

const OpFamily kLookups = {"lookups", "core/feature", kRows};

}  // namespace pillion
