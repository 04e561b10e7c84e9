// One cell of a table as JSON, by the rules of MLeap's RowFormat.
#pragma once

#include <cstdint>
#include <string>

#include "engine/value.h"
#include "schemas/types/data_type.h"
#include "sidecar/table/json_text.h"

namespace pillion {

// How a dense vector is written: leap frames have every tensor as an object, JSON lines and CSV
// have plain arrays. Either is read everywhere.
enum class VectorForm : std::uint8_t { kObject, kArray };

void WriteCellJson(const Value& value, const DataType& type, VectorForm vectors, JsonText& json);

// The same as a text of its own, numbers that are not finite by their names.
std::string CellJson(const Value& value, const DataType& type, VectorForm vectors);

// The same for messages: the beginning, and "..." where it is long.
std::string ShortCellJson(const Value& value, const DataType& type);

}  // namespace pillion
