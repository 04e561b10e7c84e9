// An inference request of the Open Inference Protocol, read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/http/v2_tensor.h"

namespace pillion {

struct V2Request {
  struct Output {
    std::string name;
    std::optional<bool> binary;  // parameters.binary_data
  };

  std::optional<std::string> id;
  std::vector<V2Input> inputs;  // view `body`
  std::vector<Output> outputs;  // empty: those that the model makes
  bool binary = false;          // parameters.binary_data_output: where an output does not say

  // `json_bytes`: how much of the body is JSON, as Inference-Header-Content-Length has it; tensors
  // in bytes follow it. Empty: all of it. An error is one sentence.
  static tl::expected<V2Request, std::string> Read(std::string_view body,
                                                   std::string_view json_bytes);
};

}  // namespace pillion
