#include "schemas/rows/row_layout.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace pillion {
namespace {

WireForm FormOf(const DataType& type) {
  switch (type.shape) {
    case Shape::kList: return IsText(type.base) ? WireForm::kTextList : WireForm::kList;
    case Shape::kTensor: return WireForm::kTensor;
    case Shape::kMap: return WireForm::kMap;
    case Shape::kScalar: break;
  }
  switch (type.base) {
    case BasicType::kBoolean: return WireForm::kBoolean;
    case BasicType::kByte: return WireForm::kOneByte;
    case BasicType::kShort: return WireForm::kTwoBytes;
    case BasicType::kInt:
    case BasicType::kFloat: return WireForm::kFourBytes;
    case BasicType::kString: return WireForm::kString;
    case BasicType::kByteString: return WireForm::kByteString;
    case BasicType::kLong:
    case BasicType::kDouble: break;
  }
  return WireForm::kEightBytes;
}

class Hasher {
 public:
  void Byte(std::uint8_t byte) noexcept { state_ = (state_ ^ byte) * 0x100000001b3ULL; }
  void Number(std::uint64_t number) noexcept {
    for (int shift = 0; shift < 64; shift += 8) Byte(static_cast<std::uint8_t>(number >> shift));
  }
  void Text(std::string_view text) noexcept {
    Number(text.size());
    for (const char c : text) Byte(static_cast<std::uint8_t>(c));
  }
  std::uint64_t state() const noexcept { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

void Store16(std::byte* at, std::uint32_t value) {
  const auto narrow = static_cast<std::uint16_t>(value);
  std::memcpy(at, &narrow, sizeof narrow);
}

void Store32(std::byte* at, std::uint32_t value) { std::memcpy(at, &value, sizeof value); }

static_assert(4 + 8 * TableLimits{}.part_columns <= TableLimits{}.bytes_max);

}  // namespace

std::uint64_t HashSchema(const Schema& schema) noexcept {
  Hasher hasher;
  hasher.Number(schema.size());
  for (const Field& field : schema) {
    hasher.Text(field.name);
    hasher.Byte(static_cast<std::uint8_t>(field.type.shape));
    hasher.Byte(static_cast<std::uint8_t>(field.type.base));
    hasher.Byte(field.type.nullable ? 1 : 0);
    if (field.type.shape == Shape::kMap) hasher.Byte(static_cast<std::uint8_t>(field.type.key));
    if (field.type.shape != Shape::kTensor) continue;
    hasher.Byte(field.type.dimensions ? 1 : 0);
    if (!field.type.dimensions) continue;
    hasher.Number(field.type.dimensions->size());
    for (const std::int32_t n : *field.type.dimensions)
      hasher.Number(static_cast<std::uint32_t>(n));
  }
  return hasher.state();
}

EntryLayout MakeEntryLayout(BasicType key, BasicType value) noexcept {
  const std::uint8_t key_bytes = InlineBytes(key);
  const std::uint8_t value_bytes = InlineBytes(value);
  EntryLayout entry;
  // The wider one first: both are then aligned.
  entry.key_slot = key_bytes > value_bytes ? 4 : static_cast<std::uint16_t>(4 + value_bytes);
  entry.value_slot = key_bytes > value_bytes ? static_cast<std::uint16_t>(4 + key_bytes) : 4;
  entry.table_bytes = static_cast<std::uint16_t>(4 + key_bytes + value_bytes);
  entry.alignment = std::max({std::uint8_t{4}, key_bytes, value_bytes});
  return entry;
}

std::string RowProblem(const Schema& columns) {
  if (columns.size() > kRowColumnsMax) {
    return std::to_string(columns.size()) + " columns, and a row holds at most " +
           std::to_string(kRowColumnsMax) + "; a vector column counts as one, of any size";
  }
  for (const Field& field : columns) {
    if (field.name.size() > kNameBytesMax) {
      return "a column's name of " + std::to_string(field.name.size()) + " bytes, '" +
             field.name.substr(0, 40) + "…', and a name has at most " +
             std::to_string(kNameBytesMax);
    }
    if (field.type.dimensions && field.type.dimensions->size() > kDimensionsMax) {
      return "the column '" + field.name + "' with " +
             std::to_string(field.type.dimensions->size()) +
             " dimensions, and a tensor has at most " + std::to_string(kDimensionsMax);
    }
  }
  return {};
}

std::optional<RowLayout> RowLayout::Make(Schema columns, const TableLimits& limits) {
  if (!RowProblem(columns).empty()) return std::nullopt;
  RowLayout layout;
  layout.columns_ = std::move(columns);
  layout.hash_ = HashSchema(layout.columns_);
  const auto count = static_cast<std::uint32_t>(layout.columns_.size());
  layout.layouts_.reserve(count);
  for (const Field& field : layout.columns_) {
    const WireForm form = FormOf(field.type);
    const bool scalar = form <= WireForm::kEightBytes;
    layout.layouts_.push_back({form, field.type.base, field.type.key, !field.type.nullable,
                               scalar ? InlineBytes(field.type.base) : std::uint8_t{4}, 0, 0, 0});
  }
  layout.index_ = ColumnIndex(layout.columns_);
  layout.empty_row_.assign(kVtablePosition, std::byte{0});
  if (const auto table_bytes = layout.PlaceFields(0, count, limits.bytes_max)) {
    layout.table_position_ = layout.AppendColumns(0, count, *table_bytes);
  } else {
    layout.part_columns_ = limits.part_columns;
    layout.part_count_ = (count + limits.part_columns - 1) / limits.part_columns;
    layout.AppendParts();
  }
  Store32(layout.empty_row_.data(), layout.table_position_);
  return layout;
}

// Bytes of a table that holds these columns, the widest first; null if no table can.
std::optional<std::uint32_t> RowLayout::PlaceFields(std::uint32_t first, std::uint32_t count,
                                                    std::uint32_t bytes_max) {
  if (VtableEntry(count) > bytes_max) return std::nullopt;
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), first);
  std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    return layouts_[a].inline_bytes > layouts_[b].inline_bytes;
  });
  std::uint32_t end = 4;  // after the offset of the vtable
  for (const std::uint32_t column : order) {
    layouts_[column].field = static_cast<std::uint16_t>(end);
    end += layouts_[column].inline_bytes;
    if (end > bytes_max) return std::nullopt;
  }
  return end;
}

std::uint32_t RowLayout::AppendTable(std::uint32_t field_count, std::uint32_t table_bytes) {
  const auto vtable = static_cast<std::uint32_t>(empty_row_.size());
  const std::uint32_t vtable_end = vtable + VtableEntry(field_count);
  const std::uint32_t table = ((vtable_end + 3) & ~7U) + 4;
  empty_row_.resize((table + table_bytes + 3) & ~3U);
  Store16(&empty_row_[vtable], VtableEntry(field_count));
  Store16(&empty_row_[vtable + 2], table_bytes);
  Store32(&empty_row_[table], table - vtable);
  return table;
}

std::uint32_t RowLayout::AppendColumns(std::uint32_t first, std::uint32_t count,
                                       std::uint32_t table_bytes) {
  const auto vtable = static_cast<std::uint32_t>(empty_row_.size());
  const std::uint32_t table = AppendTable(count, table_bytes);
  for (std::uint32_t i = 0; i < count; ++i) {
    ColumnLayout& column = layouts_[first + i];
    column.slot = table + column.field;
    column.entry = vtable + VtableEntry(i);
  }
  return table;
}

void RowLayout::AppendParts() {
  table_position_ = AppendTable(part_count_, 4 + 4 * part_count_);
  for (std::uint32_t part = 0; part < part_count_; ++part) {
    const std::uint32_t first = part * part_columns_;
    const std::uint32_t count =
        std::min(part_columns_, static_cast<std::uint32_t>(layouts_.size()) - first);
    // So few columns fit, whatever they are.
    const auto table_bytes = PlaceFields(first, count, TableLimits{}.bytes_max);
    const std::uint32_t table = AppendColumns(first, count, *table_bytes);
    const std::uint32_t field = 4 + 4 * part;
    Store16(&empty_row_[kVtablePosition + VtableEntry(part)], field);
    Store32(&empty_row_[table_position_ + field], table - (table_position_ + field));
  }
}

}  // namespace pillion
