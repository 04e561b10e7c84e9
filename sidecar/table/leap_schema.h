// A leap frame's schema as JSON: {"fields": [{"name": …, "type": …}, …]}. Mind the spelling: a
// 32-bit integer is "integer" as a scalar, "int" as the base of a list, map or tensor.
#pragma once

#include <string_view>

#include "schemas/types/data_type.h"
#include "sidecar/table/json_text.h"

namespace pillion {

inline constexpr std::string_view kLeapScalarInt = "integer";

void WriteSchemaJson(const Schema& schema, JsonText& json);
void WriteTypeJson(const DataType& type, JsonText& json);

}  // namespace pillion
