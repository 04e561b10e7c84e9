// Scores the rows of a struct array: cut into batches that a client sends, their answers joined.
// What it leaves to its neighbours: which child is which column (input_columns.h), and what the
// answers look like (output_columns.h).
#pragma once

#include <cstdint>
#include <tl/expected.hpp>

#include "client/arrow/output_columns.h"
#include "client/core/bound_model.h"
#include "client/core/client_core.h"
#include "client/pillion_arrow.h"

namespace pillion {

struct ArrowAnswers {
  OutputColumns columns;
  std::uint32_t model_version = 0;  // of the last row; 0: there are none
};

// `with_codes`: rows that are to blame themselves do not end the call. The failure's row is that of
// the array. Takes memory.
tl::expected<ArrowAnswers, Failure> ScoreArrow(ClientCore* core, const BoundModel& model,
                                               const ArrowSchema& schema, const ArrowArray& rows,
                                               bool with_codes, std::uint64_t deadline_ns);

}  // namespace pillion
