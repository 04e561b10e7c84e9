// SageMaker's schema of a request: which columns come in which order, and which output is wanted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "schemas/types/data_type.h"

namespace pillion {

struct SageMakerSchema {
  std::vector<std::string> inputs;
  std::string output;
  std::string text;  // as JSON

  // An error is one sentence.
  static tl::expected<SageMakerSchema, std::string> Parse(std::string_view json);
  static SageMakerSchema Of(const Schema& inputs, std::string output);
};

// What a JSON request has beside its data. An error, also where there is no data, is one sentence.
struct SageMakerBody {
  std::optional<SageMakerSchema> schema;  // without text

  static tl::expected<SageMakerBody, std::string> Parse(std::string_view json);
};

}  // namespace pillion
