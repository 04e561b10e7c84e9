// Reads one answer, or one answer of a batch, by the layout of the outputs that were bound. A
// hostile server can make an answer wrong but cannot lead a read out of its bytes.
// The bytes must be private to the reader, 8-aligned, and outlive what is taken from them.
// No memory is taken. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "schemas/rows/batch_layout.h"
#include "schemas/rows/fault_detail.h"
#include "schemas/rows/row_layout.h"
#include "schemas/rows/row_shape.h"
#include "schemas/rows/wire_decoder.h"
#include "schemas/rows/wire_values.h"
#include "schemas/types/score_code.h"

namespace pillion {

// Lists of text are reached one by one: their offsets are checked when they are followed.
class TextList {
 public:
  TextList() = default;
  TextList(const WireDecoder& wire, const WireVector& texts, BasicType base) noexcept
      : wire_(wire), texts_(texts), base_(base) {}

  std::uint32_t size() const noexcept { return texts_.count; }
  // kUnknownColumn: no such element; kMalformed.
  ScoreCode Get(std::uint32_t index, std::string_view* text) noexcept;

 private:
  WireDecoder wire_;
  WireVector texts_;
  BasicType base_ = BasicType::kString;
};

class AnswerDecoder {
 public:
  explicit AnswerDecoder(std::shared_ptr<const RowLayout> layout);

  const RowLayout& layout() const noexcept { return *layout_; }

  // kMalformed: no answer of this layout; then every column reads as null.
  ScoreCode Open(std::span<const std::byte> answer) noexcept;

  bool IsNull(std::uint32_t column) const noexcept {
    return column >= layout_->size() || Slot(column) == 0;
  }

  // Each returns kOk, or leaves its result alone: kUnknownColumn (no such index), kNullValue,
  // kWrongType, kInvalidValue (an integer that the result cannot hold exactly), kMalformed.
  ScoreCode Get(std::uint32_t column, bool* value) const noexcept;
  ScoreCode Get(std::uint32_t column, std::int64_t* value) const noexcept;   // any integer column
  ScoreCode Get(std::uint32_t column, double* value) const noexcept;         // any number column
  ScoreCode Get(std::uint32_t column, std::string_view* text) noexcept;      // both text types
  ScoreCode GetList(std::uint32_t column, ElementsView* elements) noexcept;  // not of text
  // Lists of text, and the values of tensors of text.
  ScoreCode GetTextList(std::uint32_t column, TextList* texts) noexcept;
  // Without data where the values are text. Dimensions and indices are those of a whole tensor (see
  // tensor_shape.h), or the codes say what is wrong with them.
  ScoreCode GetTensor(std::uint32_t column, TensorView* tensor) noexcept;
  // Entry `index` of a map, of which there are GetMapSize().
  ScoreCode GetMapSize(std::uint32_t column, std::uint32_t* size) noexcept;
  // `Key` and `Mapped`: the C++ types of the column's key and base.
  template <typename Key, typename Mapped>
  ScoreCode GetMapEntry(std::uint32_t column, std::uint32_t index, Key* key,
                        Mapped* mapped) noexcept;

 private:
  friend class BatchAnswerDecoder;

  ScoreCode OpenTable(const WireDecoder& wire, std::uint32_t table) noexcept;
  std::uint32_t Slot(std::uint32_t column) const noexcept {
    return open_ ? shape_.Slot(column) : 0;
  }
  ScoreCode Present(std::uint32_t column, std::uint32_t* slot) const noexcept;
  ScoreCode FindNumber(std::uint32_t column, std::uint32_t* slot) const noexcept;
  // kOk if the column is also of this form.
  ScoreCode Find(std::uint32_t column, WireForm form, std::uint32_t* slot) const noexcept;
  ScoreCode FindMap(std::uint32_t column, WireVector* entries) noexcept;
  std::shared_ptr<const RowLayout> layout_;
  RowShape shape_;
  WireDecoder wire_;
  bool open_ = false;
};

// The answers to a batch, in the order of its rows.
class BatchAnswerDecoder {
 public:
  // kMalformed: no batch of answers.
  ScoreCode Open(std::span<const std::byte> answers) noexcept;

  std::uint32_t row_count() const noexcept { return answers_.count; }
  // kOk: Row() has the answer. Otherwise why there is none, and at which input column.
  // REQUIRES: row < row_count().
  ScoreCode code(std::uint32_t row) const noexcept;
  std::int32_t column(std::uint32_t row) const noexcept;
  // With all that is known of it.
  FaultDetail fault(std::uint32_t row) const noexcept;
  ScoreCode Row(std::uint32_t row, AnswerDecoder* answer) const noexcept;

 private:
  WireDecoder wire_;
  WireVector answers_;
  WireVector codes_;
  WireVector columns_;
  WireVector faults_;
};

template <typename Key, typename Mapped>
ScoreCode AnswerDecoder::GetMapEntry(std::uint32_t column, std::uint32_t index, Key* key,
                                     Mapped* mapped) noexcept {
  WireVector entries;
  const ScoreCode code = FindMap(column, &entries);
  if (code != ScoreCode::kOk) return code;
  const ColumnLayout& layout = (*layout_)[column];
  const auto same = [](BasicType a, BasicType b) { return a == b || (IsText(a) && IsText(b)); };
  if (!same(BasicTypeOf<Key>(), layout.key) || !same(BasicTypeOf<Mapped>(), layout.base)) {
    return ScoreCode::kWrongType;
  }
  if (index >= entries.count) return ScoreCode::kUnknownColumn;
  WireTable entry;
  const bool found = wire_.OpenElement(entries, index, &entry) &&
                     wire_.FindEntryField(entry, 0, layout.key, key) &&
                     wire_.FindEntryField(entry, 1, layout.base, mapped);
  return found ? ScoreCode::kOk : wire_.code();
}

}  // namespace pillion
