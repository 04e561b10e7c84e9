#include "engine/formats/mleap/json_files.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "base/json_reader.h"
#include "base/quote.h"
#include "engine/formats/mleap/json_attributes.h"

namespace pillion {
namespace {

using Value = JsonReader::Value;

template <typename T, typename F>
Result<T> ReadFile(std::string_view text, std::string_view where, const Limits& limits, F read) {
  JsonReader reader(where, limits.json_depth_max);
  T file;
  if (!read(reader, text, file)) return tl::unexpected<LoadError>(reader.error());
  return file;
}

// Whether MLeap takes `uid`: Java's UUID.fromString, five hexadecimal numbers of any length.
bool IsUuid(std::string_view uid) {
  int part_count = 0;
  for (bool is_last = uid.size() > 36; !is_last; ++part_count) {
    const std::size_t dash = uid.find('-');
    is_last = dash == std::string_view::npos;
    std::string_view part = uid.substr(0, dash);
    uid.remove_prefix(is_last ? uid.size() : dash + 1);
    if (part.starts_with('+')) part.remove_prefix(1);
    std::int64_t number = 0;
    const char* end = part.data() + part.size();
    const auto [stop, error] = std::from_chars(part.data(), end, number, 16);
    if (error != std::errc() || stop != end) return false;
  }
  return part_count == 5;
}

bool ReadBundle(JsonReader& reader, std::string_view text, BundleInfo& out) {
  std::string format;
  const std::array<std::pair<std::string_view, std::string*>, 5> members = {
      {{"uid", &out.uid},
       {"name", &out.name},
       {"format", &format},
       {"version", &out.version},
       {"timestamp", &out.timestamp}}};
  std::array<bool, members.size()> has = {};
  const bool read = reader.ReadText(text, [&](std::string_view key, Value value) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (key == members[i].first) return has[i] = true, reader.Read(value, *members[i].second);
    }
    return reader.Skip(value);
  });
  if (!read) return false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!has[i]) return reader.Fail("the member " + Quote(members[i].first) + " is missing");
  }
  if (!IsUuid(out.uid)) return reader.Fail("expected a UUID as uid, found " + Quote(out.uid));
  if (format != "json" && format != "protobuf") {
    return reader.Fail("expected the format json or protobuf, found " + Quote(format));
  }
  out.format = format == "json" ? BundleFormat::kJson : BundleFormat::kProtobuf;
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
  bool has_attributes = false;
  const bool read = reader.ReadText(text, [&](std::string_view key, Value value) {
    if (key == "op") return has_op = true, reader.Read(value, out.op);
    if (key == "attributes") {
      return has_attributes = true, ReadAttributes(reader, value, out.attributes);
    }
    return reader.Skip(value);
  });
  return read && ((has_op && has_attributes) || reader.Fail("a model needs 'op' and 'attributes'"));
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
