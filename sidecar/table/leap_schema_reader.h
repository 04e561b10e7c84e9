// Reads what leap_schema.h writes.
#pragma once

#include "base/json_reader.h"
#include "schemas/types/data_type.h"

namespace pillion {

// False: `reader` has the error.
bool ReadSchemaJson(JsonReader& reader, JsonReader::Value value, Schema& schema);

}  // namespace pillion
