#include "schemas/rows/wire_encoder.h"

#include <algorithm>

#include "schemas/rows/row_layout.h"

namespace pillion {
namespace {

constexpr std::uint16_t kBytesTableBytes = 8;  // vtable's offset, value's offset

// memcpy without the call for the short texts that most columns hold: ends that overlap.
void CopyText(std::byte* to, std::string_view text) {
  const char* const from = text.data();
  const std::size_t size = text.size();
  if (size > 16) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else if (size > 0) {
    to[0] = static_cast<std::byte>(from[0]);
    to[size / 2] = static_cast<std::byte>(from[size / 2]);
    to[size - 1] = static_cast<std::byte>(from[size - 1]);
  }
}

}  // namespace

std::uint32_t WireEncoder::AppendVtable(std::uint16_t table_bytes,
                                        std::initializer_list<std::uint16_t> entries) noexcept {
  const auto bytes = static_cast<std::uint16_t>(4 + 2 * entries.size());
  const std::uint32_t vtable = Take(bytes, 2, 0);
  if (vtable == kNoRoom) return kNoRoom;
  Store(vtable, bytes);
  Store(vtable + 2, table_bytes);
  if (entries.size() > 0) std::memcpy(at(vtable + 4), entries.begin(), 2 * entries.size());
  return vtable;
}

std::uint32_t WireEncoder::AppendTable(std::uint32_t vtable, std::uint16_t table_bytes,
                                       std::uint32_t alignment) noexcept {
  const std::uint32_t table = Take(table_bytes, alignment, 4 & (alignment - 1));
  if (table == kNoRoom) return kNoRoom;
  std::memset(at(table), 0, table_bytes);
  Store(table, table - vtable);
  return table;
}

std::uint32_t WireEncoder::AppendVector(std::uint32_t slot, std::uint32_t element_bytes,
                                        std::uint32_t count) noexcept {
  const std::uint32_t alignment = std::max(element_bytes, 4U);
  const std::uint64_t bytes = std::uint64_t{element_bytes} * count + sizeof count;
  // The count stands before the elements, and it is they that must be aligned.
  const std::uint32_t vector = Take(bytes, alignment, alignment - 4);
  if (vector == kNoRoom) return kNoRoom;
  Store(vector, count);
  Link(slot, vector);
  return vector + 4;
}

bool WireEncoder::AppendString(std::uint32_t slot, std::string_view text) noexcept {
  // The final NUL belongs to the format, but not to the length.
  if (text.size() >= kWireBytesMax) return false;
  const std::uint32_t string = Take(sizeof(std::uint32_t) + text.size() + 1, 4, 0);
  if (string == kNoRoom) return false;
  Store(string, static_cast<std::uint32_t>(text.size()));
  CopyText(at(string + 4), text);
  *at(string + 4 + static_cast<std::uint32_t>(text.size())) = std::byte{0};
  Link(slot, string);
  return true;
}

bool WireEncoder::AppendByteString(std::uint32_t slot, std::string_view bytes) noexcept {
  if (bytes.size() >= kWireBytesMax) return false;
  const std::uint32_t first = AppendVector(slot, 1, static_cast<std::uint32_t>(bytes.size()));
  if (first == kNoRoom) return false;
  CopyText(at(first), bytes);
  return true;
}

bool WireEncoder::AppendBytesTable(std::uint32_t slot, std::uint32_t vtable,
                                   std::string_view bytes) noexcept {
  const std::uint32_t table = AppendTable(vtable, kBytesTableBytes, 4);
  if (table == kNoRoom || !AppendByteString(table + 4, bytes)) return false;
  Link(slot, table);
  return true;
}

bool WireEncoder::AppendTexts(std::uint32_t slot, BasicType base,
                              std::span<const std::string_view> texts) noexcept {
  const std::uint32_t first = AppendVector(slot, 4, static_cast<std::uint32_t>(texts.size()));
  if (first == kNoRoom) return false;
  const bool strings = base == BasicType::kString;
  const std::uint32_t vtable = strings ? 0 : AppendVtable(kBytesTableBytes, {4});
  if (vtable == kNoRoom) return false;
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    const std::uint32_t element = first + 4 * i;
    const bool fits =
        strings ? AppendString(element, texts[i]) : AppendBytesTable(element, vtable, texts[i]);
    if (!fits) return false;
  }
  return true;
}

bool WireEncoder::AppendList(std::uint32_t slot, const ElementsView& elements) noexcept {
  if (IsText(elements.base)) {
    return AppendTexts(slot, elements.base, elements.As<std::string_view>());
  }
  const std::uint32_t element_bytes = InlineBytes(elements.base);
  const std::uint32_t first = AppendVector(slot, element_bytes, elements.count);
  if (first == kNoRoom) return false;
  if (elements.count > 0) {
    std::memcpy(at(first), elements.data, std::size_t{element_bytes} * elements.count);
  }
  return true;
}

bool WireEncoder::AppendTensor(std::uint32_t slot, const TensorView& tensor) noexcept {
  const bool with_dimensions = tensor.sparse || tensor.dimensions.size() != 1;
  const std::uint16_t table_bytes = with_dimensions ? 16 : 8;
  const auto indices_entry = static_cast<std::uint16_t>(tensor.sparse ? 8 : 0);
  const std::uint32_t vtable = with_dimensions ? AppendVtable(table_bytes, {4, indices_entry, 12})
                                               : AppendVtable(table_bytes, {4});
  if (vtable == kNoRoom) return false;
  const std::uint32_t table = AppendTable(vtable, table_bytes, 4);
  if (table == kNoRoom || !AppendList(table + 4, tensor.values)) return false;
  if (tensor.sparse && !AppendList(table + 8, ElementsView(tensor.indices))) return false;
  if (with_dimensions && !AppendList(table + 12, ElementsView(tensor.dimensions))) return false;
  Link(slot, table);
  return true;
}

bool WireEncoder::PutField(std::uint32_t slot, const ElementsView& elements,
                           std::uint32_t index) noexcept {
  if (elements.base == BasicType::kString) {
    return AppendString(slot, elements.As<std::string_view>()[index]);
  }
  if (elements.base == BasicType::kByteString) {
    return AppendByteString(slot, elements.As<std::string_view>()[index]);
  }
  const std::size_t element_bytes = InlineBytes(elements.base);
  std::memcpy(at(slot), static_cast<const std::byte*>(elements.data) + index * element_bytes,
              element_bytes);
  return true;
}

bool WireEncoder::AppendMap(std::uint32_t slot, const MapView& map) noexcept {
  const EntryLayout entry = MakeEntryLayout(map.keys.base, map.values.base);
  const std::uint32_t count = map.keys.count;
  const std::uint32_t first = AppendVector(slot, 4, count);
  if (first == kNoRoom) return false;
  const std::uint32_t vtable = AppendVtable(entry.table_bytes, {entry.key_slot, entry.value_slot});
  if (vtable == kNoRoom) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t table = AppendTable(vtable, entry.table_bytes, entry.alignment);
    if (table == kNoRoom || !PutField(table + entry.key_slot, map.keys, i) ||
        !PutField(table + entry.value_slot, map.values, i)) {
      return false;
    }
    Link(first + 4 * i, table);
  }
  return true;
}

}  // namespace pillion
