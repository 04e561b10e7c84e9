#include "sidecar/table/leap_schema.h"

namespace pillion {
namespace {

std::string_view ScalarName(BasicType base) {
  return base == BasicType::kInt ? kLeapScalarInt : BasicTypeName(base);
}

}  // namespace

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
