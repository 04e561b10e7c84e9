// From the bytes of a request to the values that a plan reads. Nothing is trusted: offsets,
// lengths, alignment, UTF-8, booleans, shapes and indices are checked here, once, and hold from
// here on. Values are views of the bytes and of the arena.
// One thread at a time; keeps the last row's vtable, so a lane should keep its decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/arena.h"
#include "engine/value.h"
#include "schemas/ring/shm_layout.h"
#include "schemas/rows/batch_layout.h"
#include "schemas/rows/row_layout.h"
#include "schemas/rows/row_shape.h"
#include "schemas/rows/wire_decoder.h"
#include "schemas/types/score_code.h"

namespace pillion {

class RowDecoder {
 public:
  // `layout` must outlive the decoder.
  explicit RowDecoder(const RowLayout& layout) : shape_(layout) {}

  // `request`: private bytes, 8-aligned, that stay until the values have been used.
  // kMalformed; kUnsupported: no such kind; kTooLarge: a batch of more than kBatchRowsMax rows.
  ScoreCode Open(RequestKind kind, std::span<const std::byte> request) noexcept;
  std::uint32_t row_count() const noexcept { return row_count_; }

  // Fills `values`, [column]. Lists of text and maps take memory from the arena, nothing else
  // does. After another code than kOk, failed_column() is the column to blame, or kNoColumn.
  // REQUIRES: row < row_count().
  ScoreCode Decode(std::uint32_t row, Value* values, Arena& arena) noexcept;
  std::int32_t failed_column() const noexcept { return failed_column_; }

 private:
  ScoreCode DecodeColumn(std::uint32_t index, std::uint32_t slot, Value* value) noexcept;
  ScoreCode DecodeList(const ColumnLayout& column, std::uint32_t slot, Value* value) noexcept;
  ScoreCode DecodeTensor(const DataType& type, std::uint32_t slot, Value* value) noexcept;
  ScoreCode DecodeMap(const ColumnLayout& column, std::uint32_t slot, Value* value) noexcept;
  ScoreCode CopyTexts(const WireVector& texts, BasicType base, const void** copy) noexcept;

  RowShape shape_;
  WireDecoder reader_;
  WireVector rows_;        // of a batch: offsets of tables
  std::uint32_t row_ = 0;  // of a single row: its table
  std::uint32_t row_count_ = 0;
  std::int32_t failed_column_ = kNoColumn;
  Arena* arena_ = nullptr;
  bool batch_ = false;
};

}  // namespace pillion
