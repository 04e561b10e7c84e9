// Scores tables: rows of a frame in, the same rows with the model's columns out. What `pillion
// score` does, without files and options.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model.h"
#include "sidecar/table/row_sink.h"
#include "sidecar/table/table_format.h"

namespace pillion {

struct ScoreOptions {
  // Columns of the answer. Absent: the frame's, then all that the stages make.
  std::optional<std::vector<std::string>> select;
  // A row that cannot be scored gets nulls in the columns that the stages make, which then are
  // nullable, and is reported; otherwise it is the error.
  bool keep_going = false;
  std::function<void(const Problem&)> report;
};

struct ScoreSummary {
  std::uint64_t row_count = 0;
  std::uint64_t bad_row_count = 0;
  std::uint64_t skipped_row_count = 0;  // removed by a stage
};

// The columns that a table for `model` should have, where its form does not say: see TableSource.
Result<Schema> ColumnsFor(const Model& model, const ScoreOptions& options);

// Columns are cast to what the stages declare, as MLeap does; rows that a stage removes are absent
// from the answer.
Result<ScoreSummary> ScoreRows(const std::shared_ptr<const Model>& model, const TableSource& source,
                               const ScoreOptions& options, RowSink& answers);

}  // namespace pillion
