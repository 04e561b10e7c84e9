// From a plan's kind of values to the bytes of a row: what a client that already has typed values
// does, such as the command line with the rows of a file.
#pragma once

#include <span>

#include "engine/value.h"
#include "schemas/rows/row_encoder.h"

namespace pillion {

// Clears `row` and sets its columns to `values`, [column] of its layout. The first refusal, as
// the encoder says it.
ScoreCode EncodeRow(std::span<const Value> values, RowEncoder& row) noexcept;

}  // namespace pillion
