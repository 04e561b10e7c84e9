// The attributes of one model.json or model.pb, in one form for both formats.
// Reading follows MLeap: an op asks for one kind; a value of another kind reads as that kind's
// zero (spec: a present but empty value is zero, an absent one is absent).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/data_type.h"

namespace pillion {

// A dense tensor as bundles store it. Values flat, in file order; dimensions normalised: their
// product equals the number of values, no dimension is -1.
struct TensorAttribute {
  BasicType base = BasicType::kDouble;
  std::vector<std::int32_t> dimensions;
  std::vector<double> doubles;         // base double; empty for other bases
  std::vector<float> floats;           // base float
  std::vector<std::int64_t> integers;  // base boolean, byte, short, int, long
  std::vector<std::string> strings;    // base string, byte string
};

struct DataShape {
  Shape shape = Shape::kScalar;
  bool nullable = false;
  std::optional<std::vector<std::int32_t>> dimensions;

  DataType Of(BasicType base) const {
    return {shape, base, nullable, BasicType::kString, dimensions};
  }
};

// One attribute. Each vector holds what the file has under that kind's key: one element for a
// scalar, any number for a list; a tensor has one element in `tensors`.
struct AttributeValue {
  enum class Container : std::uint8_t { kScalar, kList, kTensor };

  Container container = Container::kScalar;
  std::vector<bool> booleans;
  std::vector<std::int32_t> ints;
  std::vector<std::int64_t> longs;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<std::string> strings;
  std::vector<std::string> byte_strings;
  std::vector<TensorAttribute> tensors;
  std::vector<std::optional<BasicType>> basic_types;  // absent: "unknown"
  std::vector<DataShape> data_shapes;
};

// Far above what any op has; a bundle with more is refused, for each costs hundreds of bytes.
inline constexpr std::size_t kAttributeCountMax = 1024;

struct Attributes {
  std::map<std::string, AttributeValue, std::less<>> values;

  const AttributeValue* Find(std::string_view name) const {
    const auto it = values.find(name);
    return it == values.end() ? nullptr : &it->second;
  }
};

}  // namespace pillion
