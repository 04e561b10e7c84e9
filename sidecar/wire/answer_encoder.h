// From a plan's outputs to the bytes of an answer, or of the answers to a batch, in the caller's
// buffer. A null output is an absent field. One thread at a time; allocates at construction only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/value.h"
#include "schemas/rows/batch_layout.h"
#include "schemas/rows/fault_detail.h"
#include "schemas/rows/row_layout.h"
#include "schemas/rows/wire_encoder.h"
#include "schemas/types/score_code.h"

namespace pillion {

class AnswerEncoder {
 public:
  // `layout` must outlive the encoder.
  explicit AnswerEncoder(const RowLayout& layout);

  // Opens `response`, 8-aligned, for one answer, or for `row_count` in the order of their rows.
  // False, here and below: the answer is larger than the response.
  bool BeginRow(std::span<std::byte> response) noexcept;
  bool BeginBatch(std::span<std::byte> response, std::uint32_t row_count) noexcept;

  // Appends an answer. `output(i)`: the value of column i.
  template <typename Output>
  bool Add(const Output& output) noexcept {
    if (batch_) {
      if (layout_->part_count() == 0) {
        for (std::uint32_t i = 0; i < layout_->size(); ++i) {
          vtable_[2 + i] = output(i).null ? std::uint16_t{0} : (*layout_)[i].field;
        }
      }
      if (!BeginTable()) return false;
    }
    for (std::uint32_t i = 0; i < layout_->size(); ++i) {
      const Value& value = output(i);
      if (value.null) {
        writer_.Store(entries_ + (*layout_)[i].entry, std::uint16_t{0});
      } else if (!Put(i, value)) {
        return false;
      }
    }
    if (batch_) EndAnswer(table_, ScoreCode::kOk, kNoColumn);
    return true;
  }
  // Appends the place of a row without answer; in batches only. The texts of `fault` must outlive
  // the batch.
  bool AddFailure(ScoreCode code, const FaultDetail& fault) noexcept;

  // After as many answers as were promised: bytes of the response that are in use.
  std::size_t bytes() const noexcept { return writer_.used(); }

 private:
  // The row's table and its parts, behind vtable_ if the last answer's vtable differs.
  bool BeginTable() noexcept;
  bool Put(std::uint32_t column, const Value& value) noexcept {
    const ColumnLayout& layout = (*layout_)[column];
    const std::uint32_t slot = slots_ + layout.slot;
    switch (layout.form) {
      case WireForm::kEightBytes: writer_.Store(slot, value.bits); return true;
      case WireForm::kFourBytes: writer_.Store(slot, value.int32); return true;
      case WireForm::kTwoBytes: writer_.Store(slot, value.int16); return true;
      case WireForm::kOneByte: writer_.Store(slot, value.int8); return true;
      case WireForm::kBoolean: writer_.Store(slot, value.boolean); return true;
      default: return Append(layout, slot, value);
    }
  }
  // Whatever does not lie in the table itself.
  bool Append(const ColumnLayout& layout, std::uint32_t slot, const Value& value) noexcept;
  void EndAnswer(std::uint32_t table, ScoreCode code, std::int32_t column) noexcept;
  bool PutFault(const FaultDetail& fault) noexcept;
  // For every row, all of them empty.
  bool BeginFaults() noexcept;

  const RowLayout* layout_;
  std::vector<std::byte> full_row_;    // the layout's empty row with no column null
  std::vector<std::uint16_t> vtable_;  // in batches: of the table of the answer that is being added
  WireEncoder writer_;
  bool batch_ = false;
  std::uint32_t vtable_position_ = 0;  // of the last answer's; 0: none yet
  std::uint32_t table_ = 0;            // of the answer that is being added
  // What its columns' slots and entries, which count from an empty row's start, are relative to.
  std::uint32_t slots_ = 0;
  std::uint32_t entries_ = 0;
  // In batches only.
  std::uint32_t row_count_ = 0;
  std::uint32_t row_ = 0;  // which comes next
  std::uint32_t empty_vtable_ = 0;
  std::uint32_t empty_table_ = 0;  // which all failed rows share; 0: none yet
  std::uint32_t answers_table_ = 0;
  std::uint32_t answers_vtable_ = 0;
  std::uint32_t answers_ = 0;  // the first slots of the vectors
  std::uint32_t codes_ = 0;
  std::uint32_t columns_ = 0;
  std::uint32_t faults_ = 0;  // 0: none yet
  FaultDetail last_fault_;
  std::uint32_t last_fault_table_ = 0;
};

// The longest answer that a layout allows; nullopt where that depends on the row: text, lists,
// maps, and tensors without known dimensions.
std::optional<std::uint32_t> AnswerBytesMax(const RowLayout& layout) noexcept;

}  // namespace pillion
