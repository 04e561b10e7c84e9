// The rows that a bench scores: those of a file, and where they are few, varied copies, so that no
// row comes twice in short order. One repeated row trains the branch predictor and flatters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "engine/arena.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"

namespace pillion::bench {

class BenchRows {
 public:
  static constexpr std::size_t kRowsMin = 4096;

  // Reads the columns of `schema` from a table of any form, as `pillion score` does. Copies beyond
  // the file's own rows have their double columns changed by about a percent.
  // Errors: the table's; a column that is missing or cannot be cast; no rows.
  static Result<BenchRows> Read(const std::string& path, const Schema& schema);

  std::size_t size() const { return cells_.size() / width_; }
  // [column] of the schema; lives as long as this object.
  std::span<const Value> Row(std::uint64_t i) const {
    return std::span(cells_).subspan((i % size()) * width_, width_);
  }
  // Leaves out the rows for which `keep(row)` is false.
  template <typename Keep>
  void Filter(Keep keep) {
    std::vector<Value> kept;
    for (std::size_t i = 0; i < size(); ++i) {
      const std::span<const Value> row = Row(i);
      if (keep(row)) kept.insert(kept.end(), row.begin(), row.end());
    }
    cells_ = std::move(kept);
  }

 private:
  static constexpr std::uint64_t kBytesMax = 8ULL << 30;

  explicit BenchRows(std::size_t width) : width_(width) {}
  void AddCopies(const Schema& schema, std::size_t own);

  Arena arena_{kBytesMax};  // what the values view
  std::size_t width_;
  std::vector<Value> cells_;  // [row][column]
};

}  // namespace pillion::bench
