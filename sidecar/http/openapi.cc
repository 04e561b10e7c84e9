#include "sidecar/http/openapi.h"

#include <limits>
#include <utility>

#include "sidecar/http/http_message.h"

namespace pillion {
namespace {

// An object, from one brace to the other.
template <typename Members>
void Object(JsonText& json, Members members) {
  json.BeginObject();
  members();
  json.EndObject();
}

template <typename Members>
void Object(JsonText& json, std::string_view key, Members members) {
  json.Key(key);
  Object(json, std::move(members));
}

void Text(JsonText& json, std::string_view key, std::string_view text) {
  json.Key(key);
  json.String(text);
}

void WriteType(JsonText& json, std::string_view type, bool nullable) {
  json.Key("type");
  if (!nullable) return json.String(type);
  json.BeginArray();
  for (const std::string_view each : {type, std::string_view("null")}) {
    json.Element();
    json.String(each);
  }
  json.EndArray();
}

template <typename T>
void WriteRange(JsonText& json) {
  json.Key("minimum");
  json.Number(std::int64_t{std::numeric_limits<T>::min()});
  json.Key("maximum");
  json.Number(std::int64_t{std::numeric_limits<T>::max()});
}

// The members of the schema of one value.
void WriteElement(JsonText& json, BasicType base, bool nullable) {
  switch (base) {
    case BasicType::kBoolean: return WriteType(json, "boolean", nullable);
    case BasicType::kByte:
      WriteType(json, "integer", nullable);
      return WriteRange<std::int8_t>(json);
    case BasicType::kShort:
      WriteType(json, "integer", nullable);
      return WriteRange<std::int16_t>(json);
    case BasicType::kInt:
      WriteType(json, "integer", nullable);
      return Text(json, "format", "int32");
    case BasicType::kLong:
      WriteType(json, "integer", nullable);
      return Text(json, "format", "int64");
    case BasicType::kFloat:
      WriteType(json, "number", nullable);
      return Text(json, "format", "float");
    case BasicType::kDouble:
      WriteType(json, "number", nullable);
      return Text(json, "format", "double");
    case BasicType::kString: return WriteType(json, "string", nullable);
    case BasicType::kByteString:
      WriteType(json, "string", nullable);
      return Text(json, "contentEncoding", "base64");
  }
}

template <typename Items>
void Array(JsonText& json, Items items) {
  Text(json, "type", "array");
  Object(json, "items", std::move(items));
}

// A vector is an array; any tensor may be an object, and is one where it is sparse.
void WriteTensor(JsonText& json, const DataType& type) {
  const auto element = [&] { WriteElement(json, type.base, false); };
  const auto integer = [&] { Text(json, "type", "integer"); };
  json.Key("oneOf");
  json.BeginArray();
  json.Element();
  Object(json, [&] { Array(json, element); });
  json.Element();
  Object(json, [&] {
    Text(json, "type", "object");
    Object(json, "properties", [&] {
      Object(json, "dimensions", [&] { Array(json, integer); });
      Object(json, "indices", [&] { Array(json, [&] { Array(json, integer); }); });
      Object(json, "values", [&] { Array(json, element); });
    });
    json.Key("required");
    json.Raw(R"(["dimensions","values"])");
  });
  if (type.nullable) {
    json.Element();
    json.Raw(R"({"type":"null"})");
  }
  json.EndArray();
}

void WriteColumn(JsonText& json, const DataType& type) {
  Object(json, [&] {
    switch (type.shape) {
      case Shape::kScalar: return WriteElement(json, type.base, type.nullable);
      case Shape::kTensor: return WriteTensor(json, type);
      case Shape::kList:
        WriteType(json, "array", type.nullable);
        return Object(json, "items", [&] { WriteElement(json, type.base, false); });
      case Shape::kMap:
        WriteType(json, "object", type.nullable);
        return Object(json, "additionalProperties", [&] { WriteElement(json, type.base, false); });
    }
  });
}

void WriteColumns(JsonText& json, std::string_view key, const Schema& columns) {
  Object(json, key, [&] {
    Text(json, "type", "object");
    Object(json, "properties", [&] {
      for (const Field& field : columns) {
        json.Key(field.name);
        WriteColumn(json, field.type);
      }
    });
    json.Key("required");
    json.BeginArray();
    for (const Field& field : columns) {
      json.Element();
      json.String(field.name);
    }
    json.EndArray();
  });
}

void WriteContent(JsonText& json, std::string_view schema) {
  const std::string reference = R"({"$ref":"#/components/schemas/)" + std::string(schema) + "\"}";
  Object(json, "content", [&] {
    Object(json, "application/json", [&] {
      json.Key("schema");
      json.Raw(reference);
    });
    Object(json, "application/jsonl", [&] {
      json.Key("schema");
      json.Raw(R"({"type":"string","description":"such an object a line"})");
    });
  });
}

void WriteParameters(JsonText& json, const std::string& select) {
  json.Key("parameters");
  json.BeginArray();
  json.Element();
  Object(json, [&] {
    Text(json, "name", "select");
    Text(json, "in", "query");
    Text(json, "description", "the columns wanted, with commas between; without it all are");
    json.Key("required");
    json.Boolean(!select.empty());
    Object(json, "schema", [&] {
      Text(json, "type", "string");
      if (!select.empty()) Text(json, "const", select);
    });
  });
  json.Element();
  json.Raw(R"({"name":"missing-as-null","in":"query","required":false,)"
           R"("description":"read members that are absent as null",)"
           R"("schema":{"type":"boolean","default":false}})");
  json.EndArray();
}

void WriteProblemResponse(JsonText& json, std::string_view status, std::string_view description) {
  Object(json, status, [&] {
    Text(json, "description", description);
    json.Key("content");
    json.Raw(R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}})");
  });
}

}  // namespace

void WriteOpenApi(const OpenApiModel& model, JsonText& json) {
  Object(json, [&] {
    Text(json, "openapi", "3.1.0");
    Object(json, "info", [&] {
      Text(json, "title", model.reference);
      Text(json, "version", model.version);
    });
    Object(json, "paths", [&] {
      Object(json, "/score/" + PercentEncoded(model.reference), [&] {
        Object(json, "post", [&] {
          Text(json, "operationId", "score");
          Text(json, "summary", "Scores a row, or rows.");
          WriteParameters(json, model.select);
          Object(json, "requestBody", [&] {
            json.Key("required");
            json.Boolean(true);
            WriteContent(json, "Row");
          });
          Object(json, "responses", [&] {
            Object(json, "200", [&] {
              Text(json, "description", "The model's outputs.");
              WriteContent(json, "Answer");
            });
            WriteProblemResponse(json, "400", "The body cannot be read, or has not the columns.");
            WriteProblemResponse(json, "404", "There is no such model.");
            WriteProblemResponse(json, "413", "The body is too large.");
            WriteProblemResponse(json, "415", "The Content-Type is another.");
            WriteProblemResponse(json, "422", "The row cannot be scored.");
          });
        });
      });
    });
    Object(json, "components", [&] {
      Object(json, "schemas", [&] {
        WriteColumns(json, "Row", model.inputs);
        WriteColumns(json, "Answer", model.outputs);
        json.Key("Problem");
        json.Raw(R"({"type":"object","description":"RFC 9457","properties":{)"
                 R"("type":{"type":"string"},"title":{"type":"string"},)"
                 R"("status":{"type":"integer"},"detail":{"type":"string"},)"
                 R"("code":{"type":"string"},"field":{"type":"string"},)"
                 R"("row":{"type":"integer"},"hint":{"type":"string"}},)"
                 R"("required":["type","title","status","detail","code"]})");
      });
    });
  });
}

}  // namespace pillion
