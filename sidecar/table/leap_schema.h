// A leap frame's schema as JSON: {"fields": [{"name": …, "type": …}, …]}. Mind the spelling: a
// 32-bit integer is "integer" as a scalar, "int" as the base of a list, map or tensor.
#pragma once

#include <string_view>

#include "base/json_reader.h"
#include "schemas/types/data_type.h"
#include "sidecar/table/json_text.h"

namespace pillion {

// False: `reader` has the error.
bool ReadSchemaJson(JsonReader& reader, JsonReader::Value value, Schema& schema);

void WriteSchemaJson(const Schema& schema, JsonText& json);
void WriteTypeJson(const DataType& type, JsonText& json);

}  // namespace pillion
