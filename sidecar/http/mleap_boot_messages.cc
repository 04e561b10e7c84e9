#include "sidecar/http/mleap_boot_messages.h"

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/json_reader.h"
#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

using JsonValue = JsonReader::Value;

// 64-bit numbers are texts as well, as protobuf has them in JSON.
bool ReadLong(JsonReader& json, JsonValue value, std::int64_t& out) {
  if (!JsonReader::IsString(value)) return json.Read(value, out);
  std::string text;
  if (!json.Read(value, text)) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc() && end == text.data() + text.size()) return true;
  return json.Fail("expected a whole number, found '" + text + "'");
}

bool FailUnknown(JsonReader& json, std::string_view member) {
  return json.Fail("the member '" + std::string(member) + "' is not known");
}

bool ReadTimeouts(JsonReader& json, JsonValue value, BootTimeouts& timeouts) {
  return json.ReadObject(value, [&](std::string_view member, JsonValue of_config) {
    if (member == "memoryTimeout") {
      return ReadLong(json, of_config, timeouts.memory_ms.emplace());
    }
    if (member == "diskTimeout") return ReadLong(json, of_config, timeouts.disk_ms.emplace());
    return FailUnknown(json, member);
  });
}

bool ReadOptions(JsonReader& json, JsonValue value, BootTransformRequest& request) {
  return json.ReadObject(value, [&](std::string_view member, JsonValue of_options) {
    if (member == "select") return json.Read(of_options, request.select.emplace());
    if (member != "selectMode") return FailUnknown(json, member);
    std::string mode;
    if (!json.Read(of_options, mode)) return false;
    request.relaxed = mode == "SELECT_MODE_RELAXED";
    if (request.relaxed || mode == "SELECT_MODE_STRICT") return true;
    return json.Fail("expected SELECT_MODE_STRICT or SELECT_MODE_RELAXED, found '" + mode + "'");
  });
}

template <typename F>
std::string Object(F&& members) {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  json.BeginObject();
  members(json);
  json.EndObject();
  return text;
}

void WriteText(std::string_view key, std::string_view text, JsonText& json) {
  json.Key(key);
  json.String(text);
}

void WriteOutcome(std::string_view error, JsonText& json) {
  WriteText("status", error.empty() ? "STATUS_OK" : "STATUS_ERROR", json);
  WriteText("error", error, json);
  WriteText("backtrace", "", json);
}

std::string_view NameOf(Shape shape) {
  switch (shape) {
    case Shape::kScalar: return "SCALAR";
    case Shape::kList: return "LIST";
    case Shape::kTensor: return "TENSOR";
    case Shape::kMap: return "MAP";
  }
  return "";
}

void WriteType(const DataType& type, JsonText& json) {
  std::string base(BasicTypeName(type.base));
  std::ranges::transform(base, base.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  json.BeginObject();
  WriteText("base", base, json);
  json.Key("shape");
  json.BeginObject();
  WriteText("base", NameOf(type.shape), json);
  json.Key("isNullable");
  json.Boolean(type.nullable);
  if (type.dimensions) {
    json.Key("tensorShape");
    json.BeginObject();
    json.Key("dimensions");
    json.BeginArray();
    for (const std::int32_t size : *type.dimensions) {
      json.Element();
      json.BeginObject();
      json.Key("size");
      json.Number(std::int64_t{size});
      WriteText("name", "", json);
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndObject();
  json.EndObject();
}

void WriteSchema(std::string_view key, const Schema& schema, JsonText& json) {
  json.Key(key);
  json.BeginObject();
  json.Key("fields");
  json.BeginArray();
  for (const Field& field : schema) {
    json.Element();
    json.BeginObject();
    WriteText("name", field.name, json);
    json.Key("dataType");
    WriteType(field.type, json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

}  // namespace

tl::expected<BootLoadRequest, std::string> BootLoadRequest::Parse(std::string_view text) {
  BootLoadRequest request;
  JsonReader json("body");
  const bool read = json.ReadText(text, [&](std::string_view member, JsonValue value) {
    if (member == "modelName") return json.Read(value, request.name);
    if (member == "uri") return json.Read(value, request.uri);
    if (member == "config") return ReadTimeouts(json, value, request.config);
    if (member == "force") return json.Read(value, request.force);
    return FailUnknown(json, member);
  });
  if (!read) return tl::unexpected(json.error().Text());
  return request;
}

tl::expected<BootTransformRequest, std::string> BootTransformRequest::Parse(std::string_view text) {
  BootTransformRequest request;
  JsonReader json("body");
  const bool read = json.ReadText(text, [&](std::string_view member, JsonValue value) {
    if (member == "modelName") return json.Read(value, request.model);
    if (member == "format") return json.Read(value, request.format);
    if (member == "tag") return ReadLong(json, value, request.tag);
    if (member == "frame") return json.Read(value, request.frame);
    if (member == "options") return ReadOptions(json, value, request);
    if (member == "initTimeout") return json.Skip(value);  // there is nothing to wait for
    return FailUnknown(json, member);
  });
  if (!read) return tl::unexpected(json.error().Text());
  return request;
}

std::string BootModelJson(std::string_view name, std::string_view uri, const BootTimeouts& config) {
  return Object([&](JsonText& json) {
    WriteText("name", name, json);
    WriteText("uri", uri, json);
    json.Key("config");
    json.BeginObject();
    if (config.memory_ms) {
      json.Key("memoryTimeout");
      json.Number(*config.memory_ms);
    }
    if (config.disk_ms) {
      json.Key("diskTimeout");
      json.Number(*config.disk_ms);
    }
    json.EndObject();
  });
}

std::string BootMetaJson(const Model& model) {
  return Object([&](JsonText& json) {
    const BundleInfo& info = model.info();
    json.Key("bundle");
    json.BeginObject();
    WriteText("uid", info.uid, json);
    WriteText("name", info.name, json);
    WriteText("format", info.format == BundleFormat::kJson ? "JSON" : "PROTOBUF", json);
    WriteText("version", info.version, json);
    WriteText("timestamp", info.timestamp, json);
    json.EndObject();
    WriteSchema("inputSchema", model.inputs(), json);
    WriteSchema("outputSchema", model.outputs(), json);
  });
}

std::string BootErrorJson(std::string_view error) {
  return Object([&](JsonText& json) { WriteOutcome(error, json); });
}

std::string BootTransformJson(std::int64_t tag, std::string_view frame, std::string_view error) {
  return Object([&](JsonText& json) {
    json.Key("tag");
    json.Number(tag);
    WriteText("format", "", json);
    WriteText("frame", EncodeBase64(frame), json);
    WriteOutcome(error, json);
  });
}

}  // namespace pillion
