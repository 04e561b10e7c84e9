#include "schemas/row_layout.h"

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

constexpr std::uint32_t kTableBytesMax = 0xffff;

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

std::optional<RowLayout> RowLayout::Make(Schema columns) {
  RowLayout layout;
  layout.columns_ = std::move(columns);
  layout.hash_ = HashSchema(layout.columns_);
  layout.layouts_.reserve(layout.columns_.size());
  for (const Field& field : layout.columns_) {
    const WireForm form = FormOf(field.type);
    const bool scalar = form <= WireForm::kEightBytes;
    layout.layouts_.push_back({form, field.type.base, field.type.key, !field.type.nullable,
                               scalar ? InlineBytes(field.type.base) : std::uint8_t{4}, 0});
  }
  if (!layout.PlaceFields()) return std::nullopt;
  return layout;
}

bool RowLayout::PlaceFields() {
  // 4 + 2 n bytes of vtable are counted by 16 bits.
  if (layouts_.size() > (kTableBytesMax - 4) / 2) return false;
  std::vector<std::uint32_t> order(layouts_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    return layouts_[a].inline_bytes > layouts_[b].inline_bytes;
  });
  std::uint32_t end = 4;  // after the offset of the vtable
  for (const std::uint32_t column : order) {
    layouts_[column].slot = static_cast<std::uint16_t>(end);
    end += layouts_[column].inline_bytes;
    if (end > kTableBytesMax) return false;
  }
  MakeEmptyRow(end);
  return true;
}

void RowLayout::MakeEmptyRow(std::uint32_t table_bytes) {
  const std::uint32_t vtable_end = kVtablePosition + vtable_bytes();
  table_position_ = ((vtable_end + 3) & ~7U) + 4;
  empty_row_.assign((table_position_ + table_bytes + 3) & ~3U, std::byte{0});
  Store32(empty_row_.data(), table_position_);
  Store16(&empty_row_[kVtablePosition], vtable_bytes());
  Store16(&empty_row_[kVtablePosition + 2], table_bytes);
  Store32(&empty_row_[table_position_], table_position_ - kVtablePosition);
}

std::optional<std::uint32_t> RowLayout::Find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

}  // namespace pillion
