// Where rows go: readers push one row after another, so that a table of any length takes the
// memory of one row. Writers, the scoring step and Table are sinks.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/load_error.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"

namespace pillion {

// The columns of a table.
struct TableHead {
  TableHead() = default;
  TableHead(Schema schema, std::vector<bool> raw = {})  // NOLINT(google-explicit-constructor)
      : columns(std::move(schema)), raw_json(std::move(raw)) {}

  bool IsRawJson(std::size_t column) const { return column < raw_json.size() && raw_json[column]; }

  Schema columns;
  // Columns of type string whose texts are JSON on one line, as they stood in the input: what JSON
  // rows have beside a model's columns. Shorter than `columns`, or empty: the others are not.
  std::vector<bool> raw_json;
  // Columns that the input has beside these, which nobody asked for: for messages.
  std::vector<std::string> unread;
};

// An error returned by a sink ends the reading and is handed through.
class RowSink {
 public:
  virtual ~RowSink() = default;

  // Once, before all rows.
  virtual Result<void> Begin(const TableHead& head) = 0;
  // A value a column. The span is valid during the call; what the values view lies in the reader's
  // arena until somebody resets that.
  virtual Result<void> Add(std::span<const Value> row) = 0;
  // A row of which a part could not be read, which is null; `column`: to blame, or empty. Only
  // where TableSource::keep_going.
  virtual Result<void> AddUnreadable(std::span<const Value> row, const Problem& problem,
                                     std::string_view column) {
    static_cast<void>(row);
    static_cast<void>(column);
    return tl::unexpected(LoadError({problem}));
  }
  // The reader is about to wait for more input: what was added should be seen by now.
  virtual Result<void> Flush() { return {}; }
  // Once, after the last row.
  virtual Result<void> End() = 0;
};

}  // namespace pillion
