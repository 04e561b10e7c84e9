#include "schemas/rows/answer_decoder.h"

#include <utility>

#include "schemas/types/tensor_shape.h"

namespace pillion {

ScoreCode TextList::Get(std::uint32_t index, std::string_view* text) noexcept {
  if (index >= texts_.count) return ScoreCode::kUnknownColumn;
  return wire_.FindText(texts_, base_, index, text) ? ScoreCode::kOk : wire_.code();
}

AnswerDecoder::AnswerDecoder(std::shared_ptr<const RowLayout> layout)
    : layout_(std::move(layout)), shape_(*layout_) {}

ScoreCode AnswerDecoder::Open(std::span<const std::byte> answer) noexcept {
  const WireDecoder wire(answer);
  std::uint32_t table = 0;
  open_ = false;
  return wire.Root(&table) ? OpenTable(wire, table) : ScoreCode::kMalformed;
}

ScoreCode AnswerDecoder::OpenTable(const WireDecoder& wire, std::uint32_t table) noexcept {
  wire_ = wire;
  open_ = shape_.Resolve(wire_, table);
  return open_ ? ScoreCode::kOk : ScoreCode::kMalformed;
}

ScoreCode AnswerDecoder::Present(std::uint32_t column, std::uint32_t* slot) const noexcept {
  if (column >= layout_->size()) return ScoreCode::kUnknownColumn;
  *slot = Slot(column);
  return *slot == 0 ? ScoreCode::kNullValue : ScoreCode::kOk;
}

ScoreCode AnswerDecoder::Find(std::uint32_t column, WireForm form,
                              std::uint32_t* slot) const noexcept {
  if (column < layout_->size() && (*layout_)[column].form != form) return ScoreCode::kWrongType;
  return Present(column, slot);
}

ScoreCode AnswerDecoder::Get(std::uint32_t column, bool* value) const noexcept {
  std::uint32_t slot = 0;
  const ScoreCode code = Find(column, WireForm::kBoolean, &slot);
  if (code != ScoreCode::kOk) return code;
  const auto byte = wire_.Load<std::uint8_t>(slot);
  if (byte > 1) return ScoreCode::kMalformed;
  *value = byte == 1;
  return ScoreCode::kOk;
}

ScoreCode AnswerDecoder::FindNumber(std::uint32_t column, std::uint32_t* slot) const noexcept {
  if (column < layout_->size()) {
    const ColumnLayout& layout = (*layout_)[column];
    if (layout.form > WireForm::kEightBytes || !IsNumeric(layout.base)) {
      return ScoreCode::kWrongType;
    }
  }
  return Present(column, slot);
}

ScoreCode AnswerDecoder::Get(std::uint32_t column, std::int64_t* value) const noexcept {
  std::uint32_t slot = 0;
  const ScoreCode code = FindNumber(column, &slot);
  if (code != ScoreCode::kOk) return code;
  switch ((*layout_)[column].base) {
    case BasicType::kByte: *value = wire_.Load<std::int8_t>(slot); return code;
    case BasicType::kShort: *value = wire_.Load<std::int16_t>(slot); return code;
    case BasicType::kInt: *value = wire_.Load<std::int32_t>(slot); return code;
    case BasicType::kLong: *value = wire_.Load<std::int64_t>(slot); return code;
    default: return ScoreCode::kWrongType;
  }
}

ScoreCode AnswerDecoder::Get(std::uint32_t column, double* value) const noexcept {
  std::uint32_t slot = 0;
  ScoreCode code = FindNumber(column, &slot);
  if (code != ScoreCode::kOk) return code;
  const BasicType base = (*layout_)[column].base;
  if (base == BasicType::kDouble) {
    *value = wire_.Load<double>(slot);
  } else if (base == BasicType::kFloat) {
    *value = wire_.Load<float>(slot);
  } else {
    std::int64_t integer = 0;
    code = Get(column, &integer);
    // Beyond 2^53 a double no longer holds every integer.
    constexpr std::int64_t kExactMax = std::int64_t{1} << 53;
    if (integer < -kExactMax || integer > kExactMax) return ScoreCode::kInvalidValue;
    *value = static_cast<double>(integer);
  }
  return code;
}

ScoreCode AnswerDecoder::Get(std::uint32_t column, std::string_view* text) noexcept {
  std::uint32_t slot = 0;
  const bool bytes = column < layout_->size() && (*layout_)[column].form == WireForm::kByteString;
  const ScoreCode code = Find(column, bytes ? WireForm::kByteString : WireForm::kString, &slot);
  if (code != ScoreCode::kOk) return code;
  const bool found = bytes ? wire_.FindByteString(slot, text) : wire_.FindString(slot, text);
  return found ? ScoreCode::kOk : wire_.code();
}

ScoreCode AnswerDecoder::GetList(std::uint32_t column, ElementsView* elements) noexcept {
  std::uint32_t slot = 0;
  const ScoreCode code = Find(column, WireForm::kList, &slot);
  if (code != ScoreCode::kOk) return code;
  return wire_.FindScalars(slot, (*layout_)[column].base, elements) ? ScoreCode::kOk : wire_.code();
}

ScoreCode AnswerDecoder::GetTextList(std::uint32_t column, TextList* texts) noexcept {
  std::uint32_t slot = 0;
  const bool tensor = column < layout_->size() && (*layout_)[column].form == WireForm::kTensor;
  const ScoreCode code = Find(column, tensor ? WireForm::kTensor : WireForm::kTextList, &slot);
  if (code != ScoreCode::kOk) return code;
  const BasicType base = (*layout_)[column].base;
  if (!IsText(base)) return ScoreCode::kWrongType;
  WireVector vector;
  TensorView whole;
  const bool found =
      tensor ? wire_.FindTensor(slot, base, &whole, &vector) : wire_.FindList(slot, base, &vector);
  if (!found) return wire_.code();
  *texts = TextList(wire_, vector, base);
  return ScoreCode::kOk;
}

ScoreCode AnswerDecoder::GetTensor(std::uint32_t column, TensorView* tensor) noexcept {
  std::uint32_t slot = 0;
  ScoreCode code = Find(column, WireForm::kTensor, &slot);
  if (code != ScoreCode::kOk) return code;
  TensorView found;
  WireVector values;
  if (!wire_.FindTensor(slot, (*layout_)[column].base, &found, &values)) return wire_.code();
  code = CheckTensor(found);
  if (code == ScoreCode::kOk) *tensor = found;
  return code;
}

ScoreCode AnswerDecoder::FindMap(std::uint32_t column, WireVector* entries) noexcept {
  std::uint32_t slot = 0;
  const ScoreCode code = Find(column, WireForm::kMap, &slot);
  if (code != ScoreCode::kOk) return code;
  return wire_.FindVector(slot, 4, entries) ? ScoreCode::kOk : wire_.code();
}

ScoreCode AnswerDecoder::GetMapSize(std::uint32_t column, std::uint32_t* size) noexcept {
  WireVector entries;
  const ScoreCode code = FindMap(column, &entries);
  if (code == ScoreCode::kOk) *size = entries.count;
  return code;
}

ScoreCode BatchAnswerDecoder::Open(std::span<const std::byte> answers) noexcept {
  wire_ = WireDecoder(answers);
  answers_ = codes_ = columns_ = faults_ = {};
  std::uint32_t position = 0;
  WireTable table;
  const auto find = [&](std::uint32_t field, std::uint32_t element_bytes, WireVector* vector) {
    std::uint32_t slot = 0;
    return wire_.FindField(table, field, 4, &slot) && slot != 0 &&
           wire_.FindVector(slot, element_bytes, vector);
  };
  WireVector rows;
  if (!wire_.Root(&position) || !wire_.Open(position, &table) || !find(kAnswersField, 4, &rows) ||
      !find(kCodesField, 1, &codes_) || !find(kColumnsField, 2, &columns_) ||
      codes_.count != rows.count || columns_.count != rows.count) {
    return ScoreCode::kMalformed;
  }
  // Older servers have none.
  if (!find(kFaultsField, 4, &faults_) || faults_.count != rows.count) faults_ = {};
  answers_ = rows;
  return ScoreCode::kOk;
}

ScoreCode BatchAnswerDecoder::code(std::uint32_t row) const noexcept {
  return static_cast<ScoreCode>(wire_.Load<std::uint8_t>(codes_.first + row));
}

std::int32_t BatchAnswerDecoder::column(std::uint32_t row) const noexcept {
  const auto column = wire_.Load<std::uint16_t>(columns_.first + 2 * row);
  return column == static_cast<std::uint16_t>(kNoColumn) ? kNoColumn : std::int32_t{column};
}

FaultDetail BatchAnswerDecoder::fault(std::uint32_t row) const noexcept {
  FaultDetail fault;
  fault.place = {row, column(row)};
  WireTable table;
  if (row >= faults_.count || !wire_.OpenElement(faults_, row, &table)) return fault;
  std::uint32_t field = 0;
  for (std::string_view* text : {&fault.op, &fault.stage, &fault.column}) {
    std::uint32_t slot = 0;
    WireVector characters;
    if (wire_.FindField(table, field++, 4, &slot) && slot != 0 &&
        wire_.FindVector(slot, 1, &characters)) {
      *text = {reinterpret_cast<const char*>(wire_.at(characters.first)), characters.count};
    }
  }
  return fault;
}

ScoreCode BatchAnswerDecoder::Row(std::uint32_t row, AnswerDecoder* answer) const noexcept {
  answer->open_ = false;
  std::uint32_t position = 0;
  if (!wire_.Follow(answers_.first + 4 * row, &position)) return ScoreCode::kMalformed;
  return answer->OpenTable(wire_, position);
}

}  // namespace pillion
