#include "sidecar/http/sagemaker_schema.h"

#include <utility>

#include "base/json_reader.h"
#include "sidecar/table/json_text.h"

namespace pillion {

namespace {

// Types and structures are not looked at: the model has its own.
bool ReadMember(JsonReader& json, std::string_view member, JsonReader::Value value,
                SageMakerSchema& schema) {
  const auto read_name = [&](JsonReader::Value column, std::string& name) {
    return json.ReadObject(column, [&](std::string_view key, JsonReader::Value text) {
      return key == "name" ? json.Read(text, name) : json.Skip(text);
    });
  };
  if (member == "output") return read_name(value, schema.output);
  if (member != "input") return json.Skip(value);
  return json.ReadArray(value, [&](JsonReader::Value column) {
    return read_name(column, schema.inputs.emplace_back());
  });
}

}  // namespace

tl::expected<SageMakerSchema, std::string> SageMakerSchema::Parse(std::string_view text) {
  SageMakerSchema schema;
  schema.text = text;
  JsonReader json("schema");
  const bool read = json.ReadText(text, [&](std::string_view member, JsonReader::Value value) {
    return ReadMember(json, member, value, schema);
  });
  if (!read) return tl::unexpected(json.error().Text());
  if (schema.inputs.empty()) {
    return tl::unexpected(std::string("expected the list \"input\" of columns, found none"));
  }
  return schema;
}

SageMakerSchema SageMakerSchema::Of(const Schema& inputs, std::string output) {
  SageMakerSchema schema;
  schema.output = std::move(output);
  JsonText json(schema.text, JsonStyle::kCompact);
  json.BeginObject();
  json.Key("input");
  json.BeginArray();
  for (const Field& field : inputs) {
    schema.inputs.push_back(field.name);
    json.Element();
    json.BeginObject();
    json.Key("name");
    json.String(field.name);
    json.Key("struct");
    json.String(field.type.shape == Shape::kScalar ? "basic" : "vector");
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return schema;
}

tl::expected<SageMakerBody, std::string> SageMakerBody::Parse(std::string_view text) {
  SageMakerBody body;
  bool has_data = false;
  JsonReader json("body");
  const bool read = json.ReadText(text, [&](std::string_view member, JsonReader::Value value) {
    if (member == "data") has_data = true;
    if (member != "schema" || JsonReader::IsNull(value)) return json.Skip(value);
    body.schema.emplace();
    return json.ReadObject(value, [&](std::string_view part, JsonReader::Value of_schema) {
      return ReadMember(json, part, of_schema, *body.schema);
    });
  });
  if (!read) return tl::unexpected(json.error().Text());
  if (!has_data) {
    return tl::unexpected(
        std::string("body: expected an object with the list \"data\", found none"));
  }
  if (body.schema && body.schema->inputs.empty()) {
    return tl::unexpected(
        std::string("body: schema: expected the list \"input\" of columns, found none"));
  }
  return body;
}

}  // namespace pillion
