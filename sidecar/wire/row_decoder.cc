#include "sidecar/wire/row_decoder.h"

#include <cstring>
#include <type_traits>

#include "base/utf8.h"
#include "schemas/types/tensor_shape.h"

namespace pillion {
namespace {

// A request may cost as much work as 16 requests of its length that share nothing.
constexpr std::int64_t kWorkFactor = 16;

}  // namespace

ScoreCode RowDecoder::Open(RequestKind kind, std::span<const std::byte> request) noexcept {
  reader_ = WireDecoder(request, kWorkFactor * static_cast<std::int64_t>(request.size()));
  row_count_ = 0;
  failed_column_ = kNoColumn;
  std::uint32_t root = 0;
  if (!reader_.Root(&root)) return ScoreCode::kMalformed;
  batch_ = kind == RequestKind::kBatch;
  if (kind == RequestKind::kRow) {
    row_ = root;
    row_count_ = 1;
    return ScoreCode::kOk;
  }
  if (!batch_) return ScoreCode::kUnsupported;
  WireTable table;
  std::uint32_t slot = 0;
  if (!reader_.Open(root, &table) || !reader_.FindField(table, kRowsField, 4, &slot) || slot == 0 ||
      !reader_.FindVector(slot, 4, &rows_)) {
    return ScoreCode::kMalformed;
  }
  if (rows_.count > kBatchRowsMax) return ScoreCode::kTooLarge;
  row_count_ = rows_.count;
  return ScoreCode::kOk;
}

ScoreCode RowDecoder::Decode(std::uint32_t row, Value* values, Arena& arena) noexcept {
  failed_column_ = kNoColumn;
  arena_ = &arena;
  std::uint32_t position = row_;
  if (batch_ && !reader_.Follow(rows_.first + 4 * row, &position)) return ScoreCode::kMalformed;
  if (!shape_.Resolve(reader_, position)) return ScoreCode::kMalformed;
  for (const TableShape& table : shape_.tables()) {
    if (!reader_.Spend(table.fields_end())) return reader_.code();
    if (table.missing()) {
      failed_column_ = static_cast<std::int32_t>(*table.missing());
      return ScoreCode::kNullValue;
    }
    const std::uint32_t first = table.first();
    const std::uint32_t end = first + table.size();
    for (std::uint32_t i = first; i < end; ++i) {
      const std::uint32_t slot = table.Slot(i - first);
      if (slot == 0) {
        values[i] = Value::Null();
        continue;
      }
      const ScoreCode code = DecodeColumn(i, slot, &values[i]);
      if (code != ScoreCode::kOk) {
        failed_column_ = static_cast<std::int32_t>(i);
        return code;
      }
    }
  }
  return ScoreCode::kOk;
}

ScoreCode RowDecoder::DecodeColumn(std::uint32_t index, std::uint32_t slot, Value* value) noexcept {
  const ColumnLayout& column = shape_.layout()[index];
  value->null = false;
  switch (column.form) {
    case WireForm::kEightBytes: value->bits = reader_.Load<std::uint64_t>(slot); break;
    case WireForm::kFourBytes: value->bits = reader_.Load<std::uint32_t>(slot); break;
    case WireForm::kTwoBytes: value->bits = reader_.Load<std::uint16_t>(slot); break;
    case WireForm::kOneByte: value->bits = reader_.Load<std::uint8_t>(slot); break;
    case WireForm::kBoolean:
      value->bits = reader_.Load<std::uint8_t>(slot);
      return value->bits <= 1 ? ScoreCode::kOk : ScoreCode::kMalformed;
    case WireForm::kString:
      if (!reader_.FindString(slot, &value->text)) return reader_.code();
      return IsUtf8(value->text) ? ScoreCode::kOk : ScoreCode::kBadText;
    case WireForm::kByteString:
      return reader_.FindByteString(slot, &value->text) ? ScoreCode::kOk : reader_.code();
    case WireForm::kList:
    case WireForm::kTextList: return DecodeList(column, slot, value);
    case WireForm::kTensor: return DecodeTensor(shape_.layout().columns()[index].type, slot, value);
    case WireForm::kMap: return DecodeMap(column, slot, value);
  }
  return ScoreCode::kOk;
}

ScoreCode RowDecoder::CopyTexts(const WireVector& texts, BasicType base,
                                const void** copy) noexcept {
  // Before memory is taken: a list that the request may not pay for is not worth any.
  if (!reader_.Spend(sizeof(std::string_view) * std::uint64_t{texts.count})) return reader_.code();
  auto* const views = arena_->Allocate<std::string_view>(texts.count);
  if (views == nullptr) return ScoreCode::kTooLarge;
  for (std::uint32_t i = 0; i < texts.count; ++i) {
    if (!reader_.FindText(texts, base, i, &views[i])) return reader_.code();
    if (base == BasicType::kString && !IsUtf8(views[i])) return ScoreCode::kBadText;
  }
  *copy = views;
  return ScoreCode::kOk;
}

ScoreCode RowDecoder::DecodeList(const ColumnLayout& column, std::uint32_t slot,
                                 Value* value) noexcept {
  if (column.form == WireForm::kTextList) {
    WireVector texts;
    if (!reader_.FindList(slot, column.base, &texts)) return reader_.code();
    value->count = texts.count;
    return CopyTexts(texts, column.base, &value->elements);
  }
  ElementsView elements;
  if (!reader_.FindScalars(slot, column.base, &elements)) return reader_.code();
  value->count = elements.count;
  value->elements = elements.data;
  return ScoreCode::kOk;
}

ScoreCode RowDecoder::DecodeTensor(const DataType& type, std::uint32_t slot,
                                   Value* value) noexcept {
  TensorView tensor;
  WireVector values;
  if (!reader_.FindTensor(slot, type.base, &tensor, &values)) return reader_.code();
  const ScoreCode code = CheckTensor(tensor);
  if (code != ScoreCode::kOk) return code;
  value->sparse = tensor.sparse;
  value->rank = static_cast<std::uint8_t>(tensor.dimensions.size());
  value->size = value->rank == 1 ? tensor.dimensions[0] : 0;
  value->dimensions = tensor.dimensions.data();
  value->count = tensor.values.count;
  value->elements = tensor.values.data;
  value->indices = tensor.indices.data();
  return IsText(type.base) ? CopyTexts(values, type.base, &value->elements) : ScoreCode::kOk;
}

ScoreCode RowDecoder::DecodeMap(const ColumnLayout& column, std::uint32_t slot,
                                Value* value) noexcept {
  WireVector entries;
  if (!reader_.FindVector(slot, 4, &entries)) return reader_.code();
  if (!reader_.Spend(2 * sizeof(std::string_view) * std::uint64_t{entries.count})) {
    return reader_.code();
  }
  const auto allocate = [&](BasicType base, std::size_t* stride) {
    return WithElementType(base, [&]<typename T>(std::type_identity<T>) -> std::byte* {
      *stride = sizeof(T);
      return reinterpret_cast<std::byte*>(arena_->Allocate<T>(entries.count));
    });
  };
  const auto is_text = [](BasicType base, const std::byte* text) {
    return base != BasicType::kString || IsUtf8(*reinterpret_cast<const std::string_view*>(text));
  };
  std::size_t key_stride = 0;
  std::size_t value_stride = 0;
  std::byte* key = allocate(column.key, &key_stride);
  std::byte* mapped = allocate(column.base, &value_stride);
  if (key == nullptr || mapped == nullptr) return ScoreCode::kTooLarge;
  value->count = entries.count;
  value->keys = key;
  value->elements = mapped;
  for (std::uint32_t i = 0; i < entries.count; ++i, key += key_stride, mapped += value_stride) {
    WireTable entry;
    if (!reader_.OpenElement(entries, i, &entry) ||
        !reader_.FindEntryField(entry, 0, column.key, key) ||
        !reader_.FindEntryField(entry, 1, column.base, mapped)) {
      return reader_.code();
    }
    if (!is_text(column.key, key) || !is_text(column.base, mapped)) return ScoreCode::kMalformed;
  }
  return ScoreCode::kOk;
}

}  // namespace pillion
