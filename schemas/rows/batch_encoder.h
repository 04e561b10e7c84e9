// Makes the bytes of a batch: rows that a RowEncoder made, one behind the other, sharing a vtable
// as long as their nulls are the same. Takes memory only when a batch is longer than all before
// it. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "schemas/rows/batch_layout.h"
#include "schemas/rows/row_encoder.h"
#include "schemas/rows/wire_encoder.h"
#include "schemas/types/score_code.h"

namespace pillion {

class BatchEncoder {
 public:
  explicit BatchEncoder(std::uint32_t batch_bytes_max = kWireBytesMax);

  void Clear() noexcept;
  // Copies the row. The row's fault, if it has one; kTooLarge: over the limit of rows or bytes.
  // REQUIRES: all rows of a batch are of one layout.
  ScoreCode Add(const RowEncoder& row) noexcept;
  // No less than what the batch takes with this row in it.
  std::size_t BytesWith(const RowEncoder& row) const noexcept;
  std::uint32_t row_count() const noexcept { return static_cast<std::uint32_t>(tables_.size()); }

  // The batch, 8-aligned, valid until the next change.
  std::span<const std::byte> Finish() noexcept;

 private:
  bool Append(const RowEncoder& row) noexcept;
  bool Grow() noexcept;

  std::uint32_t batch_bytes_max_;
  // The rows stand behind a gap of head_bytes_, into whose end Finish() puts root and offsets.
  std::vector<std::byte> room_;
  std::uint32_t head_bytes_ = 0;
  WireEncoder rows_;                   // over room_ behind the gap
  std::vector<std::uint32_t> tables_;  // positions in rows_
  std::uint32_t vtable_ = 0;           // the last one, in rows_
};

}  // namespace pillion
