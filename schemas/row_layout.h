// The FlatBuffers table of a model's columns: one field per column, in the model's order; an
// absent field is a null. Knows wire types and where our own writers place each field; other
// writers may place them anywhere. Knows no bytes of a row: see wire_writer.h, wire_reader.h.
//
//   column            field
//   boolean … double  optional scalar
//   string            string
//   byte string       [ubyte]
//   list              vector; of strings; of Bytes tables for byte strings
//   tensor            table { values:[T]; indices:[int]; dimensions:[int]; }
//                     sparse iff indices are present, with [values][rank] of them;
//                     no dimensions: dense, rank 1, as long as its values
//   map               vector of tables { key; value; }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "schemas/data_type.h"

namespace pillion {

enum class WireForm : std::uint8_t {
  kBoolean,
  kOneByte,
  kTwoBytes,
  kFourBytes,
  kEightBytes,
  kString,
  kByteString,
  kList,      // of scalars
  kTextList,  // of strings or byte strings
  kTensor,
  kMap,
};

struct ColumnLayout {
  WireForm form;
  BasicType base;
  BasicType key;              // maps only
  bool required;              // null is refused
  std::uint8_t inline_bytes;  // in the table: the scalar, or the offset of what lies elsewhere
  std::uint16_t slot;         // of our writers: bytes from the table's start
};

// Where a map's entry tables hold key and value.
struct EntryLayout {
  std::uint16_t key_slot;
  std::uint16_t value_slot;
  std::uint16_t table_bytes;
  std::uint8_t alignment;  // of the table's widest field, 4 or 8
};

// Immutable. Needs nothing but the standard library, so that clients can have it.
class RowLayout {
 public:
  // Null: more columns than a FlatBuffers table can hold (64 KiB of fields, about 6,500 doubles).
  static std::optional<RowLayout> Make(Schema columns);

  const Schema& columns() const noexcept { return columns_; }
  std::size_t size() const noexcept { return layouts_.size(); }
  const ColumnLayout& operator[](std::size_t column) const noexcept { return layouts_[column]; }
  std::optional<std::uint32_t> Find(std::string_view name) const noexcept;

  // The same for the same names and types in the same order, in every build and release.
  std::uint64_t hash() const noexcept { return hash_; }

  // A row whose columns are all null: root offset, vtable, table. Its length is a multiple of 4.
  std::span<const std::byte> empty_row() const noexcept { return empty_row_; }
  // Positions within empty_row(). The table's is 4 modulo 8, so that its 8-byte fields align.
  static constexpr std::uint32_t kVtablePosition = 4;
  std::uint32_t vtable_bytes() const noexcept { return 4 + 2 * std::uint32_t(layouts_.size()); }
  std::uint32_t table_position() const noexcept { return table_position_; }
  std::uint32_t table_bytes() const noexcept {
    return static_cast<std::uint32_t>(empty_row_.size()) - table_position_;
  }
  // Of a column's entry within the vtable.
  static constexpr std::uint32_t VtableEntry(std::size_t column) noexcept {
    return 4 + 2 * static_cast<std::uint32_t>(column);
  }

 private:
  RowLayout() = default;
  bool PlaceFields();
  void MakeEmptyRow(std::uint32_t table_bytes);

  Schema columns_;
  std::vector<ColumnLayout> layouts_;
  std::vector<std::byte> empty_row_;
  std::uint32_t table_position_ = 0;
  std::uint64_t hash_ = 0;
};

// Bytes of a scalar of this type in a table or vector; 4, an offset, for text.
constexpr std::uint8_t InlineBytes(BasicType base) noexcept {
  constexpr std::uint8_t kBytes[] = {0, 1, 1, 2, 4, 8, 4, 8, 4, 4};  // [BasicType]
  return kBytes[static_cast<std::size_t>(base)];
}

EntryLayout MakeEntryLayout(BasicType key, BasicType value) noexcept;

// Stable over builds and releases: FNV-1a, 64 bits, over names and types.
std::uint64_t HashSchema(const Schema& schema) noexcept;

}  // namespace pillion
