#include "engine/bundle/json_files.h"

#include <optional>

#include "engine/bundle/json_attributes.h"
#include "engine/bundle/json_reader.h"
#include "engine/bundle/quote.h"

namespace pillion {
namespace {

using Value = JsonReader::Value;

template <typename T, typename F>
Result<T> ReadFile(std::string_view text, std::string_view where, const Limits& limits, F read) {
  JsonReader reader(where, limits);
  T file;
  if (!read(reader, text, file)) return tl::unexpected<LoadError>(reader.error());
  return file;
}

bool ReadIfString(JsonReader& reader, Value value, std::string& out) {
  return JsonReader::IsString(value) ? reader.Read(value, out) : reader.Skip(value);
}

bool ReadBundle(JsonReader& reader, std::string_view text, BundleInfo& out) {
  std::optional<std::string> format;
  const bool read = reader.ReadText(text, [&](std::string_view key, Value value) {
    if (key == "format") return reader.Read(value, format.emplace());
    if (key == "uid") return ReadIfString(reader, value, out.uid);
    if (key == "name") return ReadIfString(reader, value, out.name);
    if (key == "version") return ReadIfString(reader, value, out.version);
    if (key == "timestamp") return ReadIfString(reader, value, out.timestamp);
    return reader.Skip(value);
  });
  if (!read) return false;
  if (!format) return reader.Fail("the member 'format' is missing");
  if (*format != "json" && *format != "protobuf") {
    return reader.Fail("expected the format json or protobuf, found " + Quote(*format));
  }
  out.format = *format == "json" ? BundleFormat::kJson : BundleFormat::kProtobuf;
  return true;
}

bool ReadSocket(JsonReader& reader, Value value, Socket& out) {
  bool has_port = false;
  bool has_name = false;
  const bool read = reader.ReadObject(value, [&](std::string_view key, Value member) {
    if (key == "port") return has_port = true, reader.Read(member, out.port);
    if (key == "name") return has_name = true, reader.Read(member, out.name);
    return reader.Skip(member);
  });
  return read && ((has_port && has_name) || reader.Fail("a socket needs 'port' and 'name'"));
}

bool ReadSockets(JsonReader& reader, Value value, std::vector<Socket>& out) {
  out.clear();
  return reader.ReadArray(value,
                          [&](Value item) { return ReadSocket(reader, item, out.emplace_back()); });
}

bool ReadShape(JsonReader& reader, Value value, NodeFile& out) {
  bool has_inputs = false;
  bool has_outputs = false;
  const bool read = reader.ReadObject(value, [&](std::string_view key, Value member) {
    if (key == "inputs") return has_inputs = true, ReadSockets(reader, member, out.inputs);
    if (key == "outputs") return has_outputs = true, ReadSockets(reader, member, out.outputs);
    return reader.Skip(member);
  });
  return read &&
         ((has_inputs && has_outputs) || reader.Fail("a shape needs 'inputs' and 'outputs'"));
}

bool ReadNode(JsonReader& reader, std::string_view text, NodeFile& out) {
  bool has_name = false;
  bool has_shape = false;
  const bool read = reader.ReadText(text, [&](std::string_view key, Value value) {
    if (key == "name") return has_name = true, reader.Read(value, out.name);
    if (key == "shape") return has_shape = true, ReadShape(reader, value, out);
    return reader.Skip(value);
  });
  return read && ((has_name && has_shape) || reader.Fail("a node needs 'name' and 'shape'"));
}

bool ReadModel(JsonReader& reader, std::string_view text, ModelFile& out) {
  bool has_op = false;
  const bool read = reader.ReadText(text, [&](std::string_view key, Value value) {
    if (key == "op") return has_op = true, reader.Read(value, out.op);
    if (key == "attributes") return ReadAttributes(reader, value, out.attributes);
    return reader.Skip(value);
  });
  return read && (has_op || reader.Fail("the member 'op' is missing"));
}

}  // namespace

Result<BundleInfo> ParseBundleJson(std::string_view text, std::string_view where,
                                   const Limits& limits) {
  return ReadFile<BundleInfo>(text, where, limits, ReadBundle);
}

Result<NodeFile> ParseNodeJson(std::string_view text, std::string_view where,
                               const Limits& limits) {
  return ReadFile<NodeFile>(text, where, limits, ReadNode);
}

Result<ModelFile> ParseModelJson(std::string_view text, std::string_view where,
                                 const Limits& limits) {
  return ReadFile<ModelFile>(text, where, limits, ReadModel);
}

}  // namespace pillion
