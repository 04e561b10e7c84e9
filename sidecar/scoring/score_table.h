// Scores tables: rows in, the same rows with the model's columns out. One way for every form of
// table and for both kinds of scorer: rows are read in their own types, cast to the scorer's, and
// written with the columns that the scorer makes; those that it does not know pass through.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "sidecar/scoring/row_caster.h"
#include "sidecar/scoring/row_scorer.h"
#include "sidecar/table/row_sink.h"
#include "sidecar/table/table_format.h"

namespace pillion {

struct ScoreOptions {
  // Columns of the answer, of the table or of the model. Absent: the table's, then all that the
  // model makes. Of a column that both have, the model's counts.
  std::optional<std::vector<std::string>> select;
  // Nullable columns that the table does not have are null.
  bool missing_as_null = false;
  // A row that cannot be read or scored gets nulls in the columns that the model makes, which then
  // are nullable, and is reported; otherwise it is the error.
  bool keep_going = false;
  std::function<void(const BadRow&)> report;
  // Is told of each row that `stage` removed, in its place among the answers.
  std::function<void(std::uint64_t number, const std::string& stage)> skipped;
  // Is told what is no error but should be known, as whole sentences.
  std::function<void(const std::string&)> note;
  // Is told now and then how many rows were read.
  std::function<void(std::uint64_t rows)> progress;
};

struct ScoreSummary {
  std::uint64_t row_count = 0;
  std::uint64_t bad_row_count = 0;
  std::uint64_t skipped_row_count = 0;  // removed by a stage, and absent from the answers
};

// Scores the rows that `input` holds in the form that `source` says; source.text is not used, nor
// what it says of columns. Errors: the table's, with a place; columns that are missing or of
// another type; kNotFound, the server is gone.
Result<ScoreSummary> ScoreTable(RowScorer& scorer, const TableSource& source, TextInput& input,
                                const ScoreOptions& options, RowSink& answers);
// The same for source.text.
Result<ScoreSummary> ScoreTable(RowScorer& scorer, const TableSource& source,
                                const ScoreOptions& options, RowSink& answers);

// The same for rows that `push` pushes, of any columns, whose values live until it returns;
// `source` is for messages alone.
Result<ScoreSummary> ScoreRows(RowScorer& scorer, const TableSource& source,
                               const std::function<Result<void>(RowSink& rows)>& push,
                               const ScoreOptions& options, RowSink& answers);

}  // namespace pillion
