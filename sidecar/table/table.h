// A table in memory: columns and rows, with the memory that the values view.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"
#include "sidecar/table/row_sink.h"
#include "sidecar/table/table_format.h"

namespace pillion {

class Table final : public RowSink {
 public:
  static constexpr std::uint64_t kBytesMax = 8ULL << 30;

  explicit Table(std::uint64_t bytes_max = kBytesMax) : bytes_max_(bytes_max), arena_(bytes_max) {}

  // The whole of `source`. Errors name row, column and offset.
  static Result<Table> Read(const TableSource& source);

  const Schema& schema() const { return schema_; }
  std::size_t row_count() const { return row_count_; }
  // Valid until a row is added.
  std::span<const Value> Row(std::size_t i) const {
    return std::span(cells_).subspan(i * schema_.size(), schema_.size());
  }

  // Rows added must view this arena, or memory that outlives the frame.
  Arena& arena() { return arena_; }
  Result<void> Begin(const TableHead& head) override;
  Result<void> Add(std::span<const Value> row) override;
  Result<void> End() override { return {}; }

 private:
  std::uint64_t bytes_max_;
  Arena arena_;
  Schema schema_;
  std::vector<Value> cells_;  // [row][column]
  std::size_t row_count_ = 0;
};

}  // namespace pillion
