#include "engine/formats/mleap/proto_attributes.h"

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/files/big_endian.h"
#include "engine/tensor_dimensions.h"

namespace pillion {
namespace {

using Container = AttributeValue::Container;
using Fault = std::optional<std::string>;

Fault ReadBasicType(int value, std::optional<BasicType>& out) {
  switch (value) {
    case ml::bundle::UNDEFINED: out.reset(); return std::nullopt;
    case ml::bundle::BOOLEAN: out = BasicType::kBoolean; return std::nullopt;
    case ml::bundle::BYTE: out = BasicType::kByte; return std::nullopt;
    case ml::bundle::SHORT: out = BasicType::kShort; return std::nullopt;
    case ml::bundle::INT: out = BasicType::kInt; return std::nullopt;
    case ml::bundle::LONG: out = BasicType::kLong; return std::nullopt;
    case ml::bundle::FLOAT: out = BasicType::kFloat; return std::nullopt;
    case ml::bundle::DOUBLE: out = BasicType::kDouble; return std::nullopt;
    case ml::bundle::STRING: out = BasicType::kString; return std::nullopt;
    case ml::bundle::BYTE_STRING: out = BasicType::kByteString; return std::nullopt;
    default: return "expected a basic type, found " + std::to_string(value);
  }
}

std::vector<std::int32_t> ToDimensions(const ml::bundle::TensorShape& shape) {
  std::vector<std::int32_t> dimensions;
  dimensions.reserve(static_cast<std::size_t>(shape.dimensions_size()));
  for (const ml::bundle::TensorDimension& dimension : shape.dimensions()) {
    dimensions.push_back(dimension.size());
  }
  return dimensions;
}

Fault ReadDataShape(const ml::bundle::DataShape& message, DataShape& out) {
  switch (static_cast<int>(message.base())) {
    case ml::bundle::SCALAR: out.shape = Shape::kScalar; break;
    case ml::bundle::LIST: out.shape = Shape::kList; break;
    case ml::bundle::TENSOR: out.shape = Shape::kTensor; break;
    default: return "expected a data shape, found " + std::to_string(message.base());
  }
  out.nullable = message.is_nullable();
  if (message.has_tensor_shape()) out.dimensions = ToDimensions(message.tensor_shape());
  return std::nullopt;
}

// Appends the elements of type Stored that `bytes` are made of; false if they are not.
template <typename Stored, typename T>
bool ReadElements(std::string_view bytes, std::vector<T>& out) {
  if (bytes.size() % sizeof(Stored) != 0) return false;
  out.reserve(bytes.size() / sizeof(Stored));
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Stored)) {
    out.push_back(ReadBigEndian<Stored>(bytes, at));
  }
  return true;
}

// Each a length and that many bytes. As in MLeap the last complete one ends a truncated text; the
// dimensions tell whether any is missing.
void ReadTexts(std::string_view bytes, std::vector<std::string>& out) {
  while (bytes.size() >= sizeof(std::int32_t)) {
    const auto size = ReadBigEndian<std::uint32_t>(bytes, 0);
    bytes.remove_prefix(sizeof(std::int32_t));
    if (size > bytes.size()) return;
    out.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

// False if the bytes are no whole number of elements.
bool ReadValues(std::string_view bytes, TensorAttribute& out) {
  switch (out.base) {
    case BasicType::kBoolean:
      for (const char byte : bytes) out.integers.push_back(byte == 1 ? 1 : 0);
      return true;
    case BasicType::kByte: return ReadElements<std::int8_t>(bytes, out.integers);
    case BasicType::kShort: return ReadElements<std::int16_t>(bytes, out.integers);
    case BasicType::kInt: return ReadElements<std::int32_t>(bytes, out.integers);
    case BasicType::kLong: return ReadElements<std::int64_t>(bytes, out.integers);
    case BasicType::kFloat: return ReadElements<float>(bytes, out.floats);
    case BasicType::kDouble: return ReadElements<double>(bytes, out.doubles);
    case BasicType::kString:
    case BasicType::kByteString: break;
  }
  ReadTexts(bytes, out.strings);
  return true;
}

Fault ReadTensor(const ml::bundle::Tensor& message, TensorAttribute& out) {
  std::optional<BasicType> base;
  if (Fault wrong = ReadBasicType(message.base(), base)) return wrong;
  if (!base) return "a tensor without a base type";
  if (!message.has_shape()) return "a tensor without its shape";
  out.base = *base;
  if (!ReadValues(message.value(), out)) {
    return std::to_string(message.value().size()) + " bytes are no whole number of values of " +
           std::string(BasicTypeName(out.base));
  }
  out.dimensions = ToDimensions(message.shape());
  return NormalizeDimensions(out.dimensions, out.integers.size() + out.floats.size() +
                                                 out.doubles.size() + out.strings.size());
}

Fault ReadScalar(const ml::bundle::Scalar& scalar, AttributeValue& out) {
  const auto keep = [](const auto& value, auto& to) {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_floating_point_v<T>) {
      if (value != 0 || std::signbit(value)) to.push_back(value);  // NaN and -0.0 too
    } else if (value != T{}) {
      to.push_back(value);
    }
  };
  keep(scalar.b(), out.booleans);
  keep(scalar.s(), out.strings);
  keep(scalar.i(), out.ints);
  keep(scalar.l(), out.longs);
  keep(scalar.f(), out.floats);
  keep(scalar.d(), out.doubles);
  keep(scalar.bs(), out.byte_strings);
  if (scalar.has_t()) {
    if (Fault wrong = ReadTensor(scalar.t(), out.tensors.emplace_back())) return wrong;
  }
  if (scalar.bt() != ml::bundle::UNDEFINED) {
    if (Fault wrong = ReadBasicType(scalar.bt(), out.basic_types.emplace_back())) return wrong;
  }
  return scalar.has_ds() ? ReadDataShape(scalar.ds(), out.data_shapes.emplace_back())
                         : std::nullopt;
}

Fault ReadList(const ml::bundle::List& list, AttributeValue& out) {
  out.booleans.assign(list.b().begin(), list.b().end());
  out.strings.assign(list.s().begin(), list.s().end());
  out.ints.assign(list.i().begin(), list.i().end());
  out.longs.assign(list.l().begin(), list.l().end());
  out.floats.assign(list.f().begin(), list.f().end());
  out.doubles.assign(list.d().begin(), list.d().end());
  out.byte_strings.assign(list.bs().begin(), list.bs().end());
  for (const ml::bundle::Tensor& tensor : list.t()) {
    if (Fault wrong = ReadTensor(tensor, out.tensors.emplace_back())) return wrong;
  }
  for (const int type : list.bt()) {
    if (Fault wrong = ReadBasicType(type, out.basic_types.emplace_back())) return wrong;
  }
  for (const ml::bundle::DataShape& shape : list.ds()) {
    if (Fault wrong = ReadDataShape(shape, out.data_shapes.emplace_back())) return wrong;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ReadAttribute(const ml::bundle::Value& value, AttributeValue& out) {
  switch (value.v_case()) {
    case ml::bundle::Value::kL: out.container = Container::kList; return ReadList(value.l(), out);
    case ml::bundle::Value::kT:
      out.container = Container::kTensor;
      return ReadTensor(value.t(), out.tensors.emplace_back());
    case ml::bundle::Value::kS: return ReadScalar(value.s(), out);
    case ml::bundle::Value::V_NOT_SET: break;  // reads as an empty scalar
  }
  return std::nullopt;
}

}  // namespace pillion
