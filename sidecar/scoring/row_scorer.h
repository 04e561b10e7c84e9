// What scores the rows of a table: a model in this process, or one behind a sidecar. Everything
// that is not the same for both is behind this seam: which columns a model needs and makes, and
// from values to values. Where rows come from and go to is score_table.h's.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "base/quote.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"
#include "schemas/types/score_code.h"

namespace pillion {

// What became of a row.
struct RowOutcome {
  ScoreCode code = ScoreCode::kOk;
  std::string column;  // to blame; empty where nobody knows
  std::string stage;   // likewise; NameOfStage()
};

// "string_indexer 'kind_index'".
inline std::string NameOfStage(std::string_view op, std::string_view name) {
  return std::string(op) + " " + Quote(name);
}
// A note of a stage that would have removed rows.
inline std::string LeftOutNote(std::string_view column, std::string_view op,
                               std::string_view name) {
  return "column " + Quote(column) + " is absent, so " + NameOfStage(op, name) + " removes no rows";
}

// One thread at a time.
class RowScorer {
 public:
  using Names = std::vector<std::string>;

  virtual ~RowScorer() = default;

  // Every column that the model makes.
  virtual const Schema& model_outputs() const = 0;
  // The columns that it reads for those of `outputs`, which it makes, with the types that it
  // declares.
  virtual Result<Schema> InputsFor(const Names& outputs) = 0;
  // Of these, the ones that are not among `given` and cannot be done without.
  virtual Result<Schema> MissingInputs(const Schema& given, const Names& outputs) = 0;
  // See Model::OptionalInputs().
  const Names& optional_inputs() const { return optional_inputs_; }

  // Fixes what follows. `given` has all that is needed, of any type. Errors: kBadSchema, a type
  // that cannot be cast.
  virtual Result<void> Bind(const Schema& given, const Names& outputs) = 0;
  // Columns of a row to score: of `given`, with the types that Score() takes, casts of those given.
  const Schema& inputs() const { return inputs_; }
  const Schema& outputs() const { return outputs_; }
  // What Bind() did that should be known, as sentences.
  const std::vector<std::string>& notes() const { return notes_; }

  // How many rows are best begun together, and how many such batches may be under way.
  virtual std::size_t batch_rows() const = 0;
  virtual std::size_t batches_max() const = 0;
  // Begins to score `count` rows, at most batch_rows(); `values` is [row][input], and stays until
  // their Wait(). REQUIRES: fewer than batches_max() are under way.
  virtual Result<void> Start(std::span<const Value> values, std::size_t count) = 0;
  // Until the oldest batch under way is scored. Errors: kNotFound, the server is gone.
  virtual Result<void> Wait() = 0;
  // Of the batch that was waited for, until the next Wait(). Where the code is not kOk there is no
  // answer.
  virtual const RowOutcome& outcome(std::size_t row) const = 0;
  virtual std::span<const Value> answer(std::size_t row) const = 0;

 protected:
  Names optional_inputs_;
  Schema inputs_;
  Schema outputs_;
  std::vector<std::string> notes_;
};

}  // namespace pillion
