// The types that a column can have, as MLeap defines them: the words that bundles, engine, wire
// and client share. Knows no values and no encoding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillion {

enum class BasicType : std::uint8_t {
  kBoolean = 1,
  kByte = 2,
  kShort = 3,
  kInt = 4,
  kLong = 5,
  kFloat = 6,
  kDouble = 7,
  kString = 8,
  kByteString = 9,
};

enum class Shape : std::uint8_t { kScalar = 0, kList = 1, kTensor = 2, kMap = 3 };

// A dimension that may have any size.
inline constexpr std::int32_t kAnySize = -1;

struct DataType {
  Shape shape = Shape::kScalar;
  BasicType base = BasicType::kDouble;
  bool nullable = true;
  BasicType key = BasicType::kString;  // Maps only: the type of the keys.
  // Tensors only. Absent: unknown. Empty: rank 0, which is not the same.
  std::optional<std::vector<std::int32_t>> dimensions;

  static DataType Scalar(BasicType base, bool nullable = true);
  static DataType List(BasicType base, bool nullable = true);
  static DataType Tensor(BasicType base, std::optional<std::vector<std::int32_t>> dimensions = {},
                         bool nullable = true);
  // A rank-1 tensor of doubles: what model ops call a vector.
  static DataType Vector(std::int32_t size = kAnySize, bool nullable = true);
  static DataType Map(BasicType key, BasicType base, bool nullable = true);

  bool operator==(const DataType&) const = default;
};

struct Field {
  std::string name;
  DataType type;

  bool operator==(const Field&) const = default;
};

using Schema = std::vector<Field>;

bool IsNumeric(BasicType type) noexcept;            // byte to double; not boolean
bool IsText(BasicType type) noexcept;               // string and byte string
std::size_t ElementBytes(BasicType type) noexcept;  // in memory; 0 for text

// "boolean" … "byte_string": bundle and list spelling, where a 32-bit integer is "int".
std::string_view BasicTypeName(BasicType type) noexcept;
std::optional<BasicType> ParseBasicType(std::string_view name) noexcept;

// For messages: "double", "list of string", "tensor of double [3, ?]", "double, not null".
std::string Describe(const DataType& type);

}  // namespace pillion
