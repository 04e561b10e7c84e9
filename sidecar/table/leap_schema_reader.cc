#include "sidecar/table/leap_schema_reader.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/quote.h"
#include "base/suggest.h"
#include "sidecar/table/leap_schema.h"

namespace pillion {
namespace {

std::optional<BasicType> ParseScalarName(std::string_view name) {
  if (name == kLeapScalarInt) return BasicType::kInt;
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
    return reader.Fail(
        "expected a basic type (boolean, byte, short, int, long, float, double, "
        "string, byte_string) as \"" +
        std::string(member) + "\", found " + (name ? Quote(*name) : "none"));
  }
  base = *parsed;
  return true;
}

// What a type of another system is called here.
struct ForeignType {
  std::string_view name;
  std::string_view here;
};

constexpr ForeignType kForeignTypes[] = {
    {"int", "integer"},
    {"int32", "integer"},
    {"bigint", "long"},
    {"int64", "long"},
    {"smallint", "short"},
    {"int16", "short"},
    {"tinyint", "byte"},
    {"int8", "byte"},
    {"bool", "boolean"},
    {"real", "float"},
    {"float32", "float"},
    {"float64", "double"},
    {"number", "double"},
    {"decimal", "double"},
    {"varchar", "string"},
    {"text", "string"},
    {"object", "string"},
    {"binary", "byte_string"},
    {"date", "string, or long for days"},
    {"timestamp", "string, or long for milliseconds"},
    {"datetime", "string, or long for milliseconds"},
    {"array", "{\"type\": \"list\", \"base\": …} or {\"type\": \"tensor\", \"base\": …}"},
    {"vector", "{\"type\": \"tensor\", \"base\": \"double\"}"},
    {"vectorudt", "{\"type\": \"tensor\", \"base\": \"double\"}"},
    {"udt", "{\"type\": \"tensor\", \"base\": \"double\"}"},
    {"struct", "a column for each of its fields"},
};

// "; use long", or the nearest of `names`, or all of them.
std::string TypeHint(std::string_view written, const std::vector<std::string_view>& names) {
  std::string word;
  for (const char c : written.substr(0, written.find_first_of("(<"))) {
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const ForeignType& foreign : kForeignTypes) {
    if (word == foreign.name) return "; use " + std::string(foreign.here);
  }
  if (const auto nearest = Nearest(written, names)) {
    return "; did you mean '" + std::string(*nearest) + "'?";
  }
  return "";
}

constexpr char kScalarNames[] =
    "a scalar type (boolean, byte, short, integer, long, float, double, string, byte_string)";

bool ToScalar(JsonReader& reader, std::string_view name, bool nullable, DataType& type) {
  const std::optional<BasicType> base = ParseScalarName(name);
  if (!base) {
    return reader.Fail("expected " + std::string(kScalarNames) + ", found " + Quote(name) +
                       TypeHint(name, {"boolean", "byte", "short", "integer", "long", "float",
                                       "double", "string", "byte_string"}));
  }
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
    const std::string found = members.type.value_or("");
    return reader.Fail("expected basic, list, tensor or map as \"type\", found " +
                       (members.type ? Quote(found) : "none") +
                       TypeHint(found, {"basic", "list", "tensor", "map"}));
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
  if (!read) {
    const Problem problem = reader.error().problems.front();
    return reader.Fail((name ? "column " + Quote(*name) + ": " : "") + problem.what, problem.code);
  }
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

}  // namespace pillion
