#include "engine/formats/mleap/json_attributes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/quote.h"
#include "engine/tensor_dimensions.h"

namespace pillion {
namespace {

using Value = JsonReader::Value;
using Container = AttributeValue::Container;

// What a value's members hold before its "type" is known: the order of members is free.
struct Parts {
  AttributeValue values;            // scalars as lists of one
  std::vector<std::int32_t> bytes;  // kinds of tensors alone
  std::vector<std::int32_t> shorts;
  std::optional<std::vector<std::int32_t>> dimensions;
  std::vector<std::string> list_keys;  // kinds that came as an array
  std::vector<std::string> scalar_keys;

  bool HasList(std::string_view key) const {
    return std::find(list_keys.begin(), list_keys.end(), key) != list_keys.end();
  }
};

bool ReadDimensions(JsonReader& reader, Value value,
                    std::optional<std::vector<std::int32_t>>& out) {
  const auto read_dimension = [&](Value dimension) {
    std::optional<std::int32_t> size;
    std::optional<std::string> name;
    const bool read = reader.ReadObject(dimension, [&](std::string_view key, Value member) {
      if (key == "size") return reader.Read(member, size.emplace());
      if (key == "name") return reader.Read(member, name.emplace());
      return reader.Skip(member);
    });
    if (read && (!size || !name)) return reader.Fail("a dimension needs 'size' and 'name'");
    if (read) out->push_back(*size);
    return read;
  };
  out.reset();
  const bool read = reader.ReadObject(value, [&](std::string_view key, Value member) {
    if (key != "dimensions") return reader.Skip(member);
    out.emplace();
    return reader.ReadArray(member, read_dimension);
  });
  return read && (out || reader.Fail("the member 'dimensions' is missing"));
}

bool ReadByteString(JsonReader& reader, Value value, std::string& out) {
  std::string text;
  if (!reader.Read(value, text)) return false;
  std::optional<std::string> bytes = DecodeBase64(text);
  if (!bytes) return reader.Fail("expected base64, found " + Quote(text));
  out = *std::move(bytes);
  return true;
}

bool ReadBasicType(JsonReader& reader, Value value, std::optional<BasicType>& out) {
  std::string name;
  if (!reader.Read(value, name)) return false;
  out = ParseBasicType(name);
  return out || name == "unknown" || reader.Fail("expected a basic type, found " + Quote(name));
}

bool ReadDataShape(JsonReader& reader, Value value, DataShape& out) {
  std::optional<std::string> base;
  std::optional<bool> nullable;
  const bool read = reader.ReadObject(value, [&](std::string_view key, Value member) {
    if (key == "base") return reader.Read(member, base.emplace());
    if (key == "isNullable") return reader.Read(member, nullable.emplace());
    if (key == "tensorShape") return ReadDimensions(reader, member, out.dimensions);
    return reader.Skip(member);
  });
  if (!read) return false;
  if (!base || !nullable) return reader.Fail("the member 'base' or 'isNullable' is missing");
  out.nullable = *nullable;
  if (*base == "scalar")
    out.shape = Shape::kScalar;
  else if (*base == "list")
    out.shape = Shape::kList;
  else if (*base == "tensor")
    out.shape = Shape::kTensor;
  else
    return reader.Fail("expected the base scalar, list or tensor, found " + Quote(*base));
  return true;
}

// Moves the values of the first kind that is there, in MLeap's order. Returns their number.
std::optional<std::size_t> TakeValues(Parts& parts, TensorAttribute& out) {
  AttributeValue& values = parts.values;
  const auto integers = [&](BasicType base, const auto& from) {
    out.base = base;
    out.integers.assign(from.begin(), from.end());
    return from.size();
  };
  const auto others = [&](BasicType base, auto& from, auto& to) {
    out.base = base;
    to = std::move(from);
    return to.size();
  };
  if (parts.HasList("boolean")) return integers(BasicType::kBoolean, values.booleans);
  if (parts.HasList("byte")) return integers(BasicType::kByte, parts.bytes);
  if (parts.HasList("short")) return integers(BasicType::kShort, parts.shorts);
  if (parts.HasList("int")) return integers(BasicType::kInt, values.ints);
  if (parts.HasList("long")) return integers(BasicType::kLong, values.longs);
  if (parts.HasList("float")) return others(BasicType::kFloat, values.floats, out.floats);
  if (parts.HasList("double")) return others(BasicType::kDouble, values.doubles, out.doubles);
  if (parts.HasList("byte_string")) {
    return others(BasicType::kByteString, values.byte_strings, out.strings);
  }
  if (parts.HasList("string")) return others(BasicType::kString, values.strings, out.strings);
  return std::nullopt;
}

bool MakeTensor(JsonReader& reader, Parts parts, TensorAttribute& out) {
  const std::optional<std::size_t> count = TakeValues(parts, out);
  if (!count) return reader.Fail("a tensor without values");
  if (!parts.dimensions) return reader.Fail("a tensor without the member 'shape'");
  out.dimensions = *std::move(parts.dimensions);
  const auto wrong = NormalizeDimensions(out.dimensions, *count);
  return !wrong || reader.Fail(*wrong);
}

class ValueReader {
 public:
  explicit ValueReader(JsonReader& reader) : reader_(reader) {}

  bool ReadAttribute(Value value, AttributeValue& out) {
    Parts parts;
    std::optional<std::string> type;
    const bool read = reader_.ReadObject(value, [&](std::string_view key, Value member) {
      return key == "type" ? reader_.Read(member, type.emplace()) : ReadMember(key, member, parts);
    });
    if (!read) return false;
    if (type == "tensor") {
      out.container = Container::kTensor;
      return MakeTensor(reader_, std::move(parts), out.tensors.emplace_back());
    }
    if (type && type != "list") {
      return reader_.Fail("expected the type list or tensor, found " + Quote(*type));
    }
    const auto& misplaced = type ? parts.scalar_keys : parts.list_keys;
    if (!misplaced.empty()) {
      return reader_.Fail("expected " + std::string(type ? "an array" : "no array") + " under '" +
                          misplaced.front() + "'");
    }
    out = std::move(parts.values);
    out.container = type ? Container::kList : Container::kScalar;
    return true;
  }

 private:
  // Members of scalars, lists and tensors; in another's place they are unknown members.
  bool ReadMember(std::string_view key, Value member, Parts& parts) {
    if (key == "tensor") {
      return ReadKind(
          key, member, parts, parts.values.tensors,
          [this](Value item, TensorAttribute& tensor) { return ReadNestedTensor(item, tensor); });
    }
    if (key == "basic_type") {
      return ReadKind(key, member, parts, parts.values.basic_types, [this](Value item, auto& type) {
        return ReadBasicType(reader_, item, type);
      });
    }
    if (key == "data_shape") {
      return ReadKind(
          key, member, parts, parts.values.data_shapes,
          [this](Value item, auto& shape) { return ReadDataShape(reader_, item, shape); });
    }
    return ReadTensorMember(key, member, parts);
  }

  bool ReadTensorMember(std::string_view key, Value member, Parts& parts) {
    const auto plain = [this](Value item, auto& out) { return reader_.Read(item, out); };
    AttributeValue& values = parts.values;
    if (key == "double") return ReadKind(key, member, parts, values.doubles, plain);
    if (key == "string") return ReadKind(key, member, parts, values.strings, plain);
    if (key == "long") return ReadKind(key, member, parts, values.longs, plain);
    if (key == "int") return ReadKind(key, member, parts, values.ints, plain);
    if (key == "boolean") return ReadKind(key, member, parts, values.booleans, plain);
    if (key == "float") return ReadKind(key, member, parts, values.floats, plain);
    if (key == "shape") return ReadDimensions(reader_, member, parts.dimensions);
    if (key == "byte" || key == "short") return ReadSmall(key, member, parts);
    if (key == "byte_string") {
      return ReadKind(key, member, parts, values.byte_strings, [this](Value item, auto& bytes) {
        return ReadByteString(reader_, item, bytes);
      });
    }
    return reader_.Skip(member);
  }

  bool ReadNestedTensor(Value value, TensorAttribute& out) {
    Parts parts;
    const bool read = reader_.ReadObject(value, [&](std::string_view key, Value member) {
      return ReadTensorMember(key, member, parts);
    });
    return read && MakeTensor(reader_, std::move(parts), out);
  }

  // One element, or an array of them; what an earlier member of that key held is dropped.
  template <typename T, typename F>
  bool ReadKind(std::string_view key, Value value, Parts& parts, std::vector<T>& out, F read_one) {
    out.clear();
    const auto read_next = [&](Value item) {
      T element{};
      if (!read_one(item, element)) return false;
      out.push_back(std::move(element));
      return true;
    };
    if (JsonReader::IsArray(value)) {
      parts.list_keys.emplace_back(key);
      return reader_.ReadArray(value, read_next);
    }
    parts.scalar_keys.emplace_back(key);
    return read_next(value);
  }

  bool ReadSmall(std::string_view key, Value value, Parts& parts) {
    const std::int32_t min = key == "byte" ? -128 : -32768;
    std::vector<std::int32_t>& out = key == "byte" ? parts.bytes : parts.shorts;
    return ReadKind(key, value, parts, out, [&](Value item, std::int32_t& number) {
      if (!reader_.Read(item, number)) return false;
      return (number >= min && number < -min) ||
             reader_.Fail("out of range: " + std::to_string(number));
    });
  }

  JsonReader& reader_;
};

}  // namespace

bool ReadAttributes(JsonReader& reader, JsonReader::Value value, Attributes& out) {
  out.values.clear();
  return reader.ReadObject(value, [&](std::string_view name, Value member) {
    if (out.values.size() == kAttributeCountMax) {
      return reader.Fail("more attributes than the limit of " + std::to_string(kAttributeCountMax),
                         LoadCode::kOverLimit);
    }
    AttributeValue attribute;
    if (!ValueReader(reader).ReadAttribute(member, attribute)) return false;
    out.values.insert_or_assign(std::string(name), std::move(attribute));
    return true;
  });
}

}  // namespace pillion
