#include "sidecar/table/leap_schema.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/bundle/quote.h"

namespace pillion {
namespace {

constexpr std::string_view kScalarInt = "integer";

std::string_view ScalarName(BasicType base) {
  return base == BasicType::kInt ? kScalarInt : BasicTypeName(base);
}

std::optional<BasicType> ParseScalarName(std::string_view name) {
  if (name == kScalarInt) return BasicType::kInt;
  const std::optional<BasicType> base = ParseBasicType(name);
  return base == BasicType::kInt ? std::nullopt : base;
}

// The members of a type's object form.
struct TypeMembers {
  std::optional<std::string> type;
  std::optional<std::string> base;
  std::optional<std::string> key;
  std::optional<bool> nullable;
  std::optional<std::vector<std::int32_t>> dimensions;
};

bool ReadMembers(JsonReader& reader, JsonReader::Value value, TypeMembers& members) {
  return reader.ReadObject(value, [&](std::string_view name, JsonReader::Value item) {
    if (name == "type") return reader.Read(item, members.type.emplace());
    if (name == "base") return reader.Read(item, members.base.emplace());
    if (name == "key") return reader.Read(item, members.key.emplace());
    if (name == "isNullable") return reader.Read(item, members.nullable.emplace());
    if (name == "dimensions") return reader.Read(item, members.dimensions.emplace());
    return reader.Skip(item);
  });
}

bool ToBasicType(JsonReader& reader, const std::optional<std::string>& name,
                 std::string_view member, BasicType& base) {
  const std::optional<BasicType> parsed = name ? ParseBasicType(*name) : std::nullopt;
  if (!parsed) {
    return reader.Fail("expected a basic type as \"" + std::string(member) + "\", found " +
                       (name ? Quote(*name) : "none"));
  }
  base = *parsed;
  return true;
}

bool ToScalar(JsonReader& reader, std::string_view name, bool nullable, DataType& type) {
  const std::optional<BasicType> base = ParseScalarName(name);
  if (!base) return reader.Fail("expected the type of a scalar, found " + Quote(name));
  type = DataType::Scalar(*base, nullable);
  return true;
}

bool ReadType(JsonReader& reader, JsonReader::Value value, DataType& type) {
  if (JsonReader::IsString(value)) {
    std::string name;
    return reader.Read(value, name) && ToScalar(reader, name, true, type);
  }
  TypeMembers members;
  if (!ReadMembers(reader, value, members)) return false;
  if (members.type == "basic") {
    if (!members.base || !members.nullable) {
      return reader.Fail("a basic type needs \"base\" and \"isNullable\"");
    }
    return ToScalar(reader, *members.base, *members.nullable, type);
  }
  type.nullable = members.nullable.value_or(true);
  if (members.type == "list") {
    type.shape = Shape::kList;
  } else if (members.type == "tensor") {
    type.shape = Shape::kTensor;
    type.dimensions = std::move(members.dimensions);
  } else if (members.type == "map") {
    type.shape = Shape::kMap;
    if (!ToBasicType(reader, members.key, "key", type.key)) return false;
  } else {
    return reader.Fail("expected basic, list, tensor or map as \"type\", found " +
                       (members.type ? Quote(*members.type) : "none"));
  }
  return ToBasicType(reader, members.base, "base", type.base);
}

bool ReadField(JsonReader& reader, JsonReader::Value value, Schema& schema) {
  std::optional<std::string> name;
  std::optional<DataType> type;
  const bool read = reader.ReadObject(value, [&](std::string_view member, JsonReader::Value item) {
    if (member == "name") return reader.Read(item, name.emplace());
    if (member == "type") return ReadType(reader, item, type.emplace());
    return reader.Skip(item);
  });
  if (!read) return false;
  if (!name || !type) return reader.Fail("a field needs \"name\" and \"type\"");
  schema.push_back({*std::move(name), *std::move(type)});
  return true;
}

bool NamesAreUnique(JsonReader& reader, const Schema& schema) {
  std::set<std::string_view> names;
  for (const Field& field : schema) {
    if (!names.insert(field.name).second) {
      return reader.Fail("the column " + Quote(field.name) + " is declared twice");
    }
  }
  return true;
}

}  // namespace

bool ReadSchemaJson(JsonReader& reader, JsonReader::Value value, Schema& schema) {
  bool found = false;
  const bool read = reader.ReadObject(value, [&](std::string_view member, JsonReader::Value item) {
    if (member != "fields") return reader.Skip(item);
    found = true;
    schema.clear();
    return reader.ReadArray(
        item, [&](JsonReader::Value field) { return ReadField(reader, field, schema); });
  });
  if (!read) return false;
  if (!found) return reader.Fail("expected the member \"fields\", found none");
  return NamesAreUnique(reader, schema);
}

// Members in MLeap's order: alphabetical, but for tensors.
void WriteTypeJson(const DataType& type, JsonText& json) {
  if (type.shape == Shape::kScalar && type.nullable) return json.String(ScalarName(type.base));
  json.BeginObject();
  const auto member = [&](std::string_view name, std::string_view text) {
    json.Key(name);
    json.String(text);
  };
  const auto not_null = [&] {
    if (type.nullable) return;
    json.Key("isNullable");
    json.Boolean(false);
  };
  switch (type.shape) {
    case Shape::kScalar:
      member("base", ScalarName(type.base));
      not_null();
      member("type", "basic");
      break;
    case Shape::kList:
      member("base", BasicTypeName(type.base));
      not_null();
      member("type", "list");
      break;
    case Shape::kMap:
      member("base", BasicTypeName(type.base));
      not_null();
      member("key", BasicTypeName(type.key));
      member("type", "map");
      break;
    case Shape::kTensor:
      member("type", "tensor");
      member("base", BasicTypeName(type.base));
      not_null();
      if (type.dimensions) {
        json.Key("dimensions");
        json.BeginArray();
        for (const std::int32_t size : *type.dimensions) {
          json.Element();
          json.Number(std::int64_t{size});
        }
        json.EndArray();
      }
      break;
  }
  json.EndObject();
}

void WriteSchemaJson(const Schema& schema, JsonText& json) {
  json.BeginObject();
  json.Key("fields");
  json.BeginArray();
  for (const Field& field : schema) {
    json.Element();
    json.BeginObject();
    json.Key("name");
    json.String(field.name);
    json.Key("type");
    WriteTypeJson(field.type, json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

}  // namespace pillion
