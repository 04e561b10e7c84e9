#include "schemas/types/data_type.h"

#include <utility>

namespace pillion {
namespace {

struct Spelling {
  BasicType type;
  std::string_view name;
  std::size_t bytes;
};

constexpr Spelling kSpellings[] = {
    {BasicType::kBoolean, "boolean", 1},
    {BasicType::kByte, "byte", 1},
    {BasicType::kShort, "short", 2},
    {BasicType::kInt, "int", 4},
    {BasicType::kLong, "long", 8},
    {BasicType::kFloat, "float", 4},
    {BasicType::kDouble, "double", 8},
    {BasicType::kString, "string", 0},
    {BasicType::kByteString, "byte_string", 0},
};

std::string DescribeDimensions(const std::vector<std::int32_t>& dimensions) {
  std::string text = " [";
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    if (i > 0) text += ", ";
    text += dimensions[i] == kAnySize ? "?" : std::to_string(dimensions[i]);
  }
  return text + "]";
}

}  // namespace

DataType DataType::Scalar(BasicType base, bool nullable) {
  DataType type;
  type.base = base;
  type.nullable = nullable;
  return type;
}

DataType DataType::List(BasicType base, bool nullable) {
  DataType type = Scalar(base, nullable);
  type.shape = Shape::kList;
  return type;
}

DataType DataType::Tensor(BasicType base, std::optional<std::vector<std::int32_t>> dimensions,
                          bool nullable) {
  DataType type = Scalar(base, nullable);
  type.shape = Shape::kTensor;
  type.dimensions = std::move(dimensions);
  return type;
}

DataType DataType::Vector(std::int32_t size, bool nullable) {
  return Tensor(BasicType::kDouble, std::vector<std::int32_t>{size}, nullable);
}

DataType DataType::Map(BasicType key, BasicType base, bool nullable) {
  DataType type = Scalar(base, nullable);
  type.shape = Shape::kMap;
  type.key = key;
  return type;
}

bool IsNumeric(BasicType type) noexcept {
  return type >= BasicType::kByte && type <= BasicType::kDouble;
}

bool IsText(BasicType type) noexcept {
  return type == BasicType::kString || type == BasicType::kByteString;
}

std::size_t ElementBytes(BasicType type) noexcept {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.type == type) return spelling.bytes;
  }
  return 0;
}

std::string_view BasicTypeName(BasicType type) noexcept {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.type == type) return spelling.name;
  }
  return "?";
}

std::optional<BasicType> ParseBasicType(std::string_view name) noexcept {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.name == name) return spelling.type;
  }
  return std::nullopt;
}

std::string Describe(const DataType& type) {
  std::string text;
  const std::string base(BasicTypeName(type.base));
  switch (type.shape) {
    case Shape::kScalar: text = base; break;
    case Shape::kList: text = "list of " + base; break;
    case Shape::kTensor: text = "tensor of " + base; break;
    case Shape::kMap:
      text = "map of " + std::string(BasicTypeName(type.key)) + " to " + base;
      break;
  }
  if (type.shape == Shape::kTensor && type.dimensions) text += DescribeDimensions(*type.dimensions);
  if (!type.nullable) text += ", not null";
  return text;
}

}  // namespace pillion
