// What the dialect `score` answers for one model, as OpenAPI 3.1 says such things.
#pragma once

#include <string>
#include <string_view>

#include "schemas/types/data_type.h"
#include "sidecar/table/json_text.h"

namespace pillion {

struct OpenApiModel {
  std::string reference;  // as the path has it: "house", "house:canary"
  std::string version;
  std::string select;  // the columns wanted, "a,b"; empty: all that the model makes
  const Schema& inputs;
  const Schema& outputs;
};

void WriteOpenApi(const OpenApiModel& model, JsonText& json);

}  // namespace pillion
