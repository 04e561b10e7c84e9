// From the columns of a table to those that a model reads: found by name, cast to its types.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/load_error.h"
#include "engine/arena.h"
#include "engine/cast.h"
#include "engine/value.h"
#include "schemas/rows/column_index.h"
#include "schemas/types/data_type.h"
#include "schemas/types/score_code.h"

namespace pillion {

// A row without an answer, and why.
struct BadRow {
  std::uint64_t number = 0;                // from 1
  ScoreCode code = ScoreCode::kMalformed;  // it could not be read
  std::string column;                      // to blame; empty where nobody knows
  Problem problem;
};

class RowCaster {
 public:
  // `index` is of `given`; a column of `wanted` that is not there is null in every row. `name`: of
  // the table. Errors: kBadSchema, a type that cannot be cast.
  static Result<RowCaster> Make(const std::string& name, const Schema& given,
                                const ColumnIndex& index, const Schema& wanted);

  // Appends to `values` one for each wanted column; what they view lies in `row` or in `arena`.
  // Otherwise appends none, and says why.
  std::optional<BadRow> Cast(std::span<const Value> row, std::uint64_t row_number, Arena& arena,
                             std::vector<Value>& values) const;

 private:
  struct Feed {
    std::string name;
    DataType type;                        // of the table's column
    std::optional<std::uint32_t> column;  // of the table
    std::unique_ptr<const Kernel> cast;   // nullptr: as it is
  };

  explicit RowCaster(std::string name) : name_(std::move(name)) {}
  BadRow Refusal(const Feed& feed, std::uint64_t row_number, ScoreCode code,
                 const Value& from) const;

  std::string name_;
  std::vector<Feed> feeds_;  // [wanted column]
};

// "houses.csv: row 7, column 'view'"; without the column where it is empty.
std::string PlaceInTable(const std::string& name, std::uint64_t row_number,
                         std::string_view column);

}  // namespace pillion
