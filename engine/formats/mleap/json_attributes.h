// Attribute values in JSON (bundle format, section 6): scalars, lists and tensors told apart by
// "type". Leaves text and numbers to JsonReader.
#pragma once

#include "base/json_reader.h"
#include "engine/formats/mleap/attributes.h"

namespace pillion {

// Reads the object that holds a model's attributes by name.
bool ReadAttributes(JsonReader& reader, JsonReader::Value value, Attributes& out);

}  // namespace pillion
