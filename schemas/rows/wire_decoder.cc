#include "schemas/rows/wire_decoder.h"

#include "schemas/rows/row_layout.h"

namespace pillion {
namespace {

// Fields of a tensor's table.
constexpr std::uint32_t kValues = 0;
constexpr std::uint32_t kIndices = 1;
constexpr std::uint32_t kDimensions = 2;

}  // namespace

WireDecoder::WireDecoder(std::span<const std::byte> bytes, std::int64_t work_bytes_max) noexcept
    : data_(bytes.data()), work_bytes_left_(work_bytes_max) {
  if (bytes.size() <= kWireBytesMax) size_ = static_cast<std::uint32_t>(bytes.size());
}

bool WireDecoder::Root(std::uint32_t* table) const noexcept {
  return size_ >= 8 && Follow(0, table);
}

bool WireDecoder::Open(std::uint32_t position, WireTable* table) const noexcept {
  if (position % 4 != 0 || std::uint64_t{position} + 4 > size_) return false;
  const std::int64_t vtable = std::int64_t{position} - Load<std::int32_t>(position);
  if (vtable < 0 || vtable % 2 != 0 || vtable + 4 > size_) return false;
  table->position = position;
  table->vtable = static_cast<std::uint32_t>(vtable);
  table->vtable_bytes = Load<std::uint16_t>(table->vtable);
  return table->vtable_bytes >= 4 && table->vtable_bytes % 2 == 0 &&
         table->vtable_bytes <= size_ - table->vtable;
}

bool WireDecoder::FindField(const WireTable& table, std::uint32_t index, std::uint32_t inline_bytes,
                            std::uint32_t* slot) const noexcept {
  *slot = 0;
  const std::uint32_t entry = RowLayout::VtableEntry(index);
  if (entry >= table.vtable_bytes) return true;
  const std::uint16_t offset = Load<std::uint16_t>(table.vtable + entry);
  if (offset == 0) return true;
  *slot = table.position + offset;
  return offset >= 4 && *slot % inline_bytes == 0 &&
         std::uint64_t{table.position} + offset + inline_bytes <= size_;
}

bool WireDecoder::AreBooleans(const WireVector& vector) noexcept {
  if (!Spend(vector.count)) return false;
  std::byte seen{0};
  for (std::uint32_t i = 0; i < vector.count; ++i) seen |= *at(vector.first + i);
  return seen <= std::byte{1};
}

bool WireDecoder::FindList(std::uint32_t slot, BasicType base, WireVector* vector) const noexcept {
  return FindVector(slot, InlineBytes(base), vector);
}

bool WireDecoder::FindScalars(std::uint32_t slot, BasicType base, ElementsView* elements) noexcept {
  WireVector vector;
  if (!FindList(slot, base, &vector)) return false;
  *elements = Elements(vector, base);
  return base != BasicType::kBoolean || AreBooleans(vector);
}

bool WireDecoder::OpenElement(const WireVector& tables, std::uint32_t index,
                              WireTable* table) const noexcept {
  std::uint32_t position = 0;
  return Follow(tables.first + 4 * index, &position) && Open(position, table);
}

bool WireDecoder::FindText(const WireVector& texts, BasicType base, std::uint32_t index,
                           std::string_view* text) noexcept {
  if (base == BasicType::kString) return FindString(texts.first + 4 * index, text);
  WireTable table;
  std::uint32_t slot = 0;
  if (!OpenElement(texts, index, &table) || !FindField(table, 0, 4, &slot)) return false;
  *text = {};
  // Generated code leaves out an empty vector that was never set.
  return slot == 0 ? Spend(kTextWork) : FindByteString(slot, text);
}

bool WireDecoder::FindInts(const WireTable& table, std::uint32_t index, bool* present,
                           std::span<const std::int32_t>* ints) const noexcept {
  std::uint32_t slot = 0;
  if (!FindField(table, index, 4, &slot)) return false;
  *present = slot != 0;
  *ints = {};
  if (slot == 0) return true;
  WireVector vector;
  if (!FindVector(slot, 4, &vector)) return false;
  *ints = Elements(vector, BasicType::kInt).As<std::int32_t>();
  return true;
}

bool WireDecoder::FindTensor(std::uint32_t slot, BasicType base, TensorView* tensor,
                             WireVector* values) noexcept {
  std::uint32_t position = 0;
  WireTable table;
  std::uint32_t values_slot = 0;
  if (!Follow(slot, &position) || !Open(position, &table) ||
      !FindField(table, kValues, 4, &values_slot)) {
    return false;
  }
  *values = {};
  if (values_slot != 0 && !FindList(values_slot, base, values)) return false;
  if (base == BasicType::kBoolean && !AreBooleans(*values)) return false;
  tensor->values = Elements(*values, base);
  if (IsText(base)) tensor->values.data = nullptr;
  bool has_dimensions = false;
  if (!FindInts(table, kIndices, &tensor->sparse, &tensor->indices) ||
      !FindInts(table, kDimensions, &has_dimensions, &tensor->dimensions)) {
    return false;
  }
  if (!has_dimensions) tensor->dimensions = DefaultDimensions(*values, tensor->sparse);
  return Spend(4 * tensor->indices.size());
}

std::span<const std::int32_t> WireDecoder::DefaultDimensions(const WireVector& values,
                                                             bool sparse) const noexcept {
  static constexpr std::int32_t kUnknown = -1;
  static constexpr std::int32_t kNone = 0;
  if (sparse) return {&kUnknown, 1};
  if (values.first == 0) return {&kNone, 1};
  // The vector's length, as it stands before its elements.
  return {reinterpret_cast<const std::int32_t*>(at(values.first - 4)), 1};
}

bool WireDecoder::FindEntryField(const WireTable& entry, std::uint32_t index, BasicType base,
                                 void* value) noexcept {
  std::uint32_t slot = 0;
  const std::uint32_t bytes = InlineBytes(base);
  if (!FindField(entry, index, bytes, &slot)) return false;
  if (IsText(base)) {
    std::string_view text;
    const bool found = slot != 0 && (base == BasicType::kString ? FindString(slot, &text)
                                                                : FindByteString(slot, &text));
    if (found) *static_cast<std::string_view*>(value) = text;
    return found;
  }
  if (slot == 0) {
    std::memset(value, 0, bytes);
    return true;
  }
  if (base == BasicType::kBoolean && *at(slot) > std::byte{1}) return false;
  std::memcpy(value, at(slot), bytes);
  return true;
}

}  // namespace pillion
