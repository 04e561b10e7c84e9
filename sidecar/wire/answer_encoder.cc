#include "sidecar/wire/answer_encoder.h"

#include <cstring>

namespace pillion {
namespace {

constexpr std::uint16_t kAnswersTableBytes = 20;  // its vtable's offset and four vectors
constexpr std::uint16_t kFaultTableBytes = 16;

constexpr std::uint32_t kNoRoom = WireEncoder::kNoRoom;

std::uint32_t FieldSlot(std::uint32_t table, std::uint32_t field) { return table + 4 + 4 * field; }

// Vtable, table, three vectors' lengths and paddings: no tensor has more around its elements.
constexpr std::uint64_t kTensorOverheadBytes = 64;

}  // namespace

AnswerEncoder::AnswerEncoder(const RowLayout& layout)
    : layout_(&layout),
      full_row_(layout.empty_row().begin(), layout.empty_row().end()),
      vtable_(layout.vtable_bytes() / 2) {
  for (std::size_t i = 0; i < layout.size(); ++i) {
    std::memcpy(&full_row_[layout[i].entry], &layout[i].field, sizeof layout[i].field);
  }
  std::memcpy(vtable_.data(), &full_row_[RowLayout::kVtablePosition], layout.vtable_bytes());
}

bool AnswerEncoder::BeginRow(std::span<std::byte> response) noexcept {
  if (response.size() < full_row_.size()) return false;
  std::memcpy(response.data(), full_row_.data(), full_row_.size());
  writer_ = WireEncoder(response, static_cast<std::uint32_t>(full_row_.size()));
  batch_ = false;
  slots_ = entries_ = 0;
  return true;
}

bool AnswerEncoder::BeginBatch(std::span<std::byte> response, std::uint32_t row_count) noexcept {
  writer_ = WireEncoder(response, 0);
  batch_ = true;
  row_count_ = row_count;
  row_ = vtable_position_ = empty_table_ = faults_ = 0;
  const std::uint32_t root = writer_.Take(4, 4, 0);
  if (root == kNoRoom) return false;
  answers_vtable_ = writer_.AppendVtable(kAnswersTableBytes, {4, 8, 12, 0});
  if (answers_vtable_ == kNoRoom) return false;
  answers_table_ = writer_.AppendTable(answers_vtable_, kAnswersTableBytes, 4);
  if (answers_table_ == kNoRoom) return false;
  writer_.Link(root, answers_table_);
  answers_ = writer_.AppendVector(FieldSlot(answers_table_, kAnswersField), 4, row_count);
  if (answers_ == kNoRoom) return false;
  columns_ = writer_.AppendVector(FieldSlot(answers_table_, kColumnsField), 2, row_count);
  if (columns_ == kNoRoom) return false;
  codes_ = writer_.AppendVector(FieldSlot(answers_table_, kCodesField), 1, row_count);
  return codes_ != kNoRoom;
}

bool AnswerEncoder::BeginTable() noexcept {
  const std::size_t bytes = 2 * vtable_.size();
  if (vtable_position_ == 0 ||
      std::memcmp(writer_.at(vtable_position_), vtable_.data(), bytes) != 0) {
    const std::uint32_t vtable = writer_.Take(bytes, 2, 0);
    if (vtable == kNoRoom) return false;
    std::memcpy(writer_.at(vtable), vtable_.data(), bytes);
    vtable_position_ = vtable;
  }
  // Table, parts and all between them move as one; they keep their place modulo 8.
  const auto row = std::span(full_row_).subspan(layout_->table_position());
  table_ = writer_.Take(row.size(), 8, 4);
  if (table_ == kNoRoom) return false;
  std::memcpy(writer_.at(table_), row.data(), row.size());
  writer_.Store(table_, table_ - vtable_position_);
  slots_ = table_ - layout_->table_position();
  entries_ = layout_->part_count() == 0 ? vtable_position_ - RowLayout::kVtablePosition : slots_;
  return true;
}

bool AnswerEncoder::Append(const ColumnLayout& layout, std::uint32_t slot,
                           const Value& value) noexcept {
  const ElementsView elements(layout.base, value.elements, value.count);
  switch (layout.form) {
    case WireForm::kString: return writer_.AppendString(slot, value.text);
    case WireForm::kByteString: return writer_.AppendByteString(slot, value.text);
    case WireForm::kTensor: {
      const std::size_t index_count = value.sparse ? std::size_t{value.count} * value.rank : 0;
      return writer_.AppendTensor(
          slot, {elements, value.sparse, {value.indices, index_count}, value.Dimensions()});
    }
    case WireForm::kMap:
      return writer_.AppendMap(slot, {{layout.key, value.keys, value.count}, elements});
    default: return writer_.AppendList(slot, elements);
  }
}

bool AnswerEncoder::AddFailure(ScoreCode code, const FaultDetail& fault) noexcept {
  if (empty_table_ == 0) {
    empty_vtable_ = writer_.AppendVtable(4, {});
    if (empty_vtable_ == kNoRoom) return false;
    empty_table_ = writer_.AppendTable(empty_vtable_, 4, 4);
    if (empty_table_ == kNoRoom) return false;
  }
  const bool silent = fault.op.empty() && fault.stage.empty() && fault.column.empty();
  if (!silent && !PutFault(fault)) return false;
  EndAnswer(empty_table_, code, fault.place.column);
  return true;
}

// Rows that fail, most often fail alike.
bool AnswerEncoder::PutFault(const FaultDetail& fault) noexcept {
  const bool first = faults_ == 0;
  if (first && !BeginFaults()) return false;
  const bool same = !first && fault.op == last_fault_.op && fault.stage == last_fault_.stage &&
                    fault.column == last_fault_.column;
  if (!same) {
    const auto entry = [](std::string_view text, std::uint16_t at) {
      return text.empty() ? std::uint16_t{0} : at;
    };
    const std::uint32_t vtable = writer_.AppendVtable(
        kFaultTableBytes, {entry(fault.op, 4), entry(fault.stage, 8), entry(fault.column, 12)});
    if (vtable == kNoRoom) return false;
    const std::uint32_t table = writer_.AppendTable(vtable, kFaultTableBytes, 4);
    if (table == kNoRoom) return false;
    std::uint32_t slot = table;
    for (const std::string_view text : {fault.op, fault.stage, fault.column}) {
      slot += 4;
      if (!text.empty() && !writer_.AppendString(slot, text)) return false;
    }
    last_fault_ = fault;
    last_fault_table_ = table;
  }
  writer_.Link(faults_ + 4 * row_, last_fault_table_);
  return true;
}

bool AnswerEncoder::BeginFaults() noexcept {
  const std::uint32_t slot = FieldSlot(answers_table_, kFaultsField);
  const std::uint32_t faults = writer_.AppendVector(slot, 4, row_count_);
  if (faults == kNoRoom) return false;
  const std::uint32_t empty = writer_.AppendTable(empty_vtable_, 4, 4);
  if (empty == kNoRoom) return false;
  for (std::uint32_t i = 0; i < row_count_; ++i) writer_.Link(faults + 4 * i, empty);
  writer_.Store(answers_vtable_ + 4 + 2 * kFaultsField,
                static_cast<std::uint16_t>(slot - answers_table_));
  faults_ = faults;
  return true;
}

void AnswerEncoder::EndAnswer(std::uint32_t table, ScoreCode code, std::int32_t column) noexcept {
  writer_.Link(answers_ + 4 * row_, table);
  writer_.Store(codes_ + row_, static_cast<std::uint8_t>(code));
  writer_.Store(columns_ + 2 * row_, static_cast<std::uint16_t>(column));
  ++row_;
}

std::optional<std::uint32_t> AnswerBytesMax(const RowLayout& layout) noexcept {
  std::uint64_t bytes = layout.empty_row().size() + 8;
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const DataType& type = layout.columns()[i].type;
    if (layout[i].form <= WireForm::kEightBytes) continue;
    if (layout[i].form != WireForm::kTensor || IsText(type.base) || !type.dimensions) {
      return std::nullopt;
    }
    // Dense or, with an index per dimension and element, sparse.
    std::uint64_t tensor_bytes = InlineBytes(type.base) + 4 * type.dimensions->size();
    for (const std::int32_t n : *type.dimensions) {
      if (n < 0 || __builtin_mul_overflow(tensor_bytes, std::uint64_t(n), &tensor_bytes)) {
        return std::nullopt;
      }
    }
    bytes += kTensorOverheadBytes + 4 * type.dimensions->size();
    if (__builtin_add_overflow(bytes, tensor_bytes, &bytes) || bytes > kWireBytesMax) {
      return std::nullopt;
    }
  }
  return static_cast<std::uint32_t>(bytes);
}

}  // namespace pillion
