// The messages of MLeap's spring-boot server, as JSON. Knows no models but those it is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "engine/model.h"

namespace pillion {

// Read and sent back: nothing here forgets a model after a while.
struct BootTimeouts {
  std::optional<std::int64_t> memory_ms;
  std::optional<std::int64_t> disk_ms;
};

// Errors of both Parse are one sentence. Members that MLeap does not know are one.
struct BootLoadRequest {
  std::string name;
  std::string uri;
  BootTimeouts config;
  bool force = false;

  static tl::expected<BootLoadRequest, std::string> Parse(std::string_view text);
};

struct BootTransformRequest {
  std::string model;
  std::string format;  // "ml.combust.mleap.json"
  std::int64_t tag = 0;
  std::string frame;  // in base64
  std::optional<std::vector<std::string>> select;
  bool relaxed = false;  // columns of `select` that are not there are left out

  static tl::expected<BootTransformRequest, std::string> Parse(std::string_view text);
};

std::string BootModelJson(std::string_view name, std::string_view uri, const BootTimeouts& config);
std::string BootMetaJson(const Model& model);
// Of a frame that could not be scored.
std::string BootErrorJson(std::string_view error);
// `frame`: not in base64 yet; empty where there is an error.
std::string BootTransformJson(std::int64_t tag, std::string_view frame, std::string_view error);

}  // namespace pillion
