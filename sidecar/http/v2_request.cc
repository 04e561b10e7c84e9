#include "sidecar/http/v2_request.h"

#include <charconv>

#include "base/json_reader.h"
#include "base/quote.h"

namespace pillion {
namespace {

using Value = JsonReader::Value;

bool ReadInput(JsonReader& json, Value value, V2Input* input) {
  return json.ReadObject(value, [&](std::string_view key, Value member) {
    if (key == "name") return json.Read(member, input->name);
    if (key == "datatype") return json.Read(member, input->datatype);
    if (key == "shape") return json.Read(member, input->shape);
    if (key == "data") return json.ReadRawArray(member, input->json);
    if (key != "parameters") return json.Skip(member);
    return json.ReadObject(member, [&](std::string_view name, Value parameter) {
      if (name.starts_with("shared_memory_")) {
        return json.Fail("shared memory of a request is not taken; Pillion's own rings are faster");
      }
      if (name != "binary_data_size") return json.Skip(parameter);
      std::int64_t size = 0;
      if (!json.Read(parameter, size)) return false;
      if (size < 0) return json.FailExpecting(parameter, "a count of bytes");
      input->binary_bytes = static_cast<std::uint64_t>(size);
      return true;
    });
  });
}

bool ReadOutput(JsonReader& json, Value value, V2Request::Output* output) {
  return json.ReadObject(value, [&](std::string_view key, Value member) {
    if (key == "name") return json.Read(member, output->name);
    if (key != "parameters") return json.Skip(member);
    return json.ReadObject(member, [&](std::string_view name, Value parameter) {
      if (name.starts_with("shared_memory_")) {
        return json.Fail("shared memory of a request is not taken; Pillion's own rings are faster");
      }
      if (name == "classification") return json.Fail("the classification extension is not here");
      return name == "binary_data" ? json.Read(parameter, output->binary.emplace())
                                   : json.Skip(parameter);
    });
  });
}

bool ReadRequest(JsonReader& json, std::string_view text, V2Request* request) {
  return json.ReadText(text, [&](std::string_view key, Value value) {
    if (key == "id") return json.Read(value, request->id.emplace());
    if (key == "inputs") {
      return json.ReadArray(value, [&](Value item) {
        return ReadInput(json, item, &request->inputs.emplace_back());
      });
    }
    if (key == "outputs") {
      return json.ReadArray(value, [&](Value item) {
        return ReadOutput(json, item, &request->outputs.emplace_back());
      });
    }
    if (key != "parameters") return json.Skip(value);
    return json.ReadObject(value, [&](std::string_view name, Value parameter) {
      return name == "binary_data_output" ? json.Read(parameter, request->binary)
                                          : json.Skip(parameter);
    });
  });
}

// Gives each input that is sent in bytes its part of them, in order.
tl::expected<void, std::string> ShareBytes(std::string_view bytes, std::vector<V2Input>* inputs) {
  for (V2Input& input : *inputs) {
    if (!input.binary_bytes) continue;
    if (*input.binary_bytes > bytes.size()) {
      return tl::unexpected("input " + Quote(input.name) + ": expected " +
                            std::to_string(*input.binary_bytes) + " bytes behind the JSON, found " +
                            std::to_string(bytes.size()));
    }
    input.binary = bytes.substr(0, *input.binary_bytes);
    bytes.remove_prefix(*input.binary_bytes);
  }
  if (bytes.empty()) return {};
  return tl::unexpected(std::to_string(bytes.size()) +
                        " bytes stand behind the last input's; is Inference-Header-Content-Length "
                        "right?");
}

}  // namespace

tl::expected<V2Request, std::string> V2Request::Read(std::string_view body,
                                                     std::string_view json_bytes) {
  std::size_t json_size = body.size();
  if (!json_bytes.empty()) {
    const char* const end = json_bytes.data() + json_bytes.size();
    const auto [stop, failed] = std::from_chars(json_bytes.data(), end, json_size);
    if (failed != std::errc() || stop != end || json_size > body.size()) {
      return tl::unexpected("Inference-Header-Content-Length: expected at most " +
                            std::to_string(body.size()) + ", found " + Quote(json_bytes));
    }
  }
  V2Request request;
  JsonReader json("body");
  if (!ReadRequest(json, body.substr(0, json_size), &request)) {
    return tl::unexpected(json.error().Text());
  }
  if (request.inputs.empty()) return tl::unexpected<std::string>("body: expected \"inputs\"");
  if (auto shared = ShareBytes(body.substr(json_size), &request.inputs); !shared) {
    return tl::unexpected(shared.error());
  }
  return request;
}

}  // namespace pillion
