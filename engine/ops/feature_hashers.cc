// Family: columns of any scalar type hashed into one sparse vector.
//   feature_hasher   a number adds itself at hash(name), anything else 1 at hash(name=text)
// Behaviour follows combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/java/murmur3.h"
#include "engine/java/number.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class FeatureHasherKernel final : public Kernel {
 public:
  struct Column {
    BasicType type = BasicType::kDouble;
    bool numeric = false;
    std::int32_t index = 0;  // numeric: where the value goes
    std::string prefix;      // otherwise: "name="
  };

  FeatureHasherKernel(std::vector<Column> columns, std::int32_t size)
      : columns_(std::move(columns)), size_(size) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Entry* entries = arguments.Allocate<Entry>(columns_.size());
    if (entries == nullptr) return ScoreCode::kTooLarge;
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < columns_.size(); ++i) {
      const Value& value = arguments.In(i);
      if (value.null) continue;
      Entry& entry = entries[count++];
      entry.column = i;
      const ScoreCode code = Hash(value, columns_[i], arguments.arena(), &entry);
      if (code != ScoreCode::kOk) return arguments.Blame(i, code);
    }
    return Sum({entries, count}, arguments);
  }

 private:
  struct Entry {
    std::int32_t index = 0;
    std::uint32_t column = 0;
    double value = 0;
  };

  ScoreCode Hash(const Value& value, const Column& column, Arena& arena,
                 Entry* entry) const noexcept {
    if (column.numeric) {
      entry->index = column.index;
      entry->value = ToDouble(value, column.type);
      return ScoreCode::kOk;
    }
    char buffer[kJavaNumberBytesMax];
    const std::string_view text = ToText(value, column.type, buffer);
    const std::size_t size = column.prefix.size() + text.size();
    char* key = arena.Allocate<char>(size);
    if (key == nullptr) return ScoreCode::kTooLarge;
    std::copy(text.begin(), text.end(), std::copy(column.prefix.begin(), column.prefix.end(), key));
    entry->index = NonNegativeModulo(Murmur3({key, size}, MurmurTail::kStandard), size_);
    entry->value = 1.0;
    return ScoreCode::kOk;
  }

  static double ToDouble(const Value& value, BasicType type) noexcept {
    return WithElementType(type, [&]<typename T>(std::type_identity<T>) -> double {
      if constexpr (std::is_arithmetic_v<T>) return static_cast<double>(value.As<T>());
      return 0;  // Text is never numeric.
    });
  }

  // Java's toString; the result lies in `buffer`, in the value, or is constant.
  static std::string_view ToText(const Value& value, BasicType type, char* buffer) noexcept {
    return WithElementType(type, [&]<typename T>(std::type_identity<T>) -> std::string_view {
      if constexpr (std::is_same_v<T, bool>) {
        return value.boolean ? "true" : "false";
      } else if constexpr (std::is_same_v<T, std::string_view>) {
        return value.text;
      } else if constexpr (std::is_integral_v<T>) {
        return {buffer, FormatJavaNumber(std::int64_t{value.As<T>()}, buffer)};
      } else {
        return {buffer, FormatJavaNumber(value.As<T>(), buffer)};
      }
    });
  }

  // Values that meet at one index are added in the order of the columns.
  ScoreCode Sum(std::span<Entry> entries, Arguments& arguments) const noexcept {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.index, a.column) < std::pair(b.index, b.column);
    });
    std::int32_t* indices = arguments.Allocate<std::int32_t>(entries.size());
    double* values = arguments.Allocate<double>(entries.size());
    if (indices == nullptr || values == nullptr) return ScoreCode::kTooLarge;
    std::uint32_t count = 0;
    for (const Entry& entry : entries) {
      if (count == 0 || indices[count - 1] != entry.index) {
        indices[count] = entry.index;
        values[count++] = 0.0;
      }
      values[count - 1] += entry.value;
    }
    arguments.Out() = Value::Sparse(indices, values, count, size_);
    return ScoreCode::kOk;
  }

  std::vector<Column> columns_;
  std::int32_t size_;
};

bool IsNumericFeature(BasicType type) noexcept {
  return IsNumeric(type) && type != BasicType::kByte;
}

// The columns' types and names as far as all lists reach.
std::vector<Port> ReadInputs(OpSource& source) {
  const std::vector<DataShape>& shapes = source.Shapes("input_shapes");
  const std::vector<BasicType> types = source.Basics("basic_types");
  std::vector<Port> inputs;
  for (std::size_t i = 0; i < std::min(shapes.size(), types.size()); ++i) {
    if (shapes[i].shape != Shape::kScalar) {
      source.Refuse("input_shapes",
                    "expected scalars, found another shape at position " + std::to_string(i));
    }
    if (types[i] == BasicType::kByteString) {
      source.Refuse("basic_types", "a byte string has no text to hash", LoadCode::kUnsupported);
    }
    inputs.push_back({"input" + std::to_string(i), shapes[i].Of(types[i])});
  }
  return inputs;
}

Operation CompileFeatureHasher(OpSource& source) {
  const auto size = static_cast<std::int32_t>(source.Long("num_features"));
  const std::vector<std::string>& categorical = source.Strings("categorical_cols");
  const std::vector<std::string>& names = source.Strings("input_names");
  std::vector<Port> inputs = ReadInputs(source);
  if (source.refused()) return {};
  if (size <= 0) {
    source.Refuse("num_features", "expected 1 or more, found " + std::to_string(size));
    return {};
  }
  const std::set<std::string_view> categorical_set(categorical.begin(), categorical.end());
  std::vector<FeatureHasherKernel::Column> columns;
  for (std::size_t i = 0; i < std::min(inputs.size(), names.size()); ++i) {
    const std::string& name = names[i];
    const BasicType type = inputs[i].type.base;
    const bool numeric = IsNumericFeature(type) && !categorical_set.contains(name);
    const std::int32_t index = NonNegativeModulo(Murmur3(name, MurmurTail::kStandard), size);
    columns.push_back({type, numeric, index, name + "="});
  }
  return {.inputs = std::move(inputs),
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<FeatureHasherKernel>(std::move(columns), size)};
}

constexpr OpRow kRows[] = {
    {"feature_hasher", "Hash columns of any type into one vector", Exactness::kBits,
     CompileFeatureHasher},
};

}  // namespace

const OpFamily kFeatureHashers = {"feature hashers", "core/feature", kRows};

}  // namespace pillion
