// Where rows go: readers push one row after another, so that a table of any length takes the
// memory of one row. Writers, the scoring step and Table are sinks.
#pragma once

#include <span>

#include "engine/load_error.h"
#include "engine/value.h"
#include "schemas/data_type.h"

namespace pillion {

// An error returned by a sink ends the reading and is handed through.
class RowSink {
 public:
  virtual ~RowSink() = default;

  // Once, before all rows.
  virtual Result<void> Begin(const Schema& schema) = 0;
  // A value a column. The span is valid during the call; what the values view lies in the reader's
  // arena until somebody resets that.
  virtual Result<void> Add(std::span<const Value> row) = 0;
  // Once, after the last row.
  virtual Result<void> End() = 0;
};

}  // namespace pillion
