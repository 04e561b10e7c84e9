// The FlatBuffers table of a model's columns: one field per column, in the model's order; an
// absent field is a null. Knows wire types and where our own writers place each field; other
// writers may place them anywhere. Knows no bytes of a row: see wire_encoder.h, wire_decoder.h.
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
//
// A table holds 64 KiB of fields and as much of their offsets. Columns that do not fit one, and no
// others, stand in parts of 4,096, the last one shorter:
//   table Row { part0:RowPart0; part1:RowPart1; … }
// The columns of an absent part are null.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/rows/column_index.h"
#include "schemas/types/data_type.h"

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
  // Of our writers.
  std::uint16_t field;  // bytes from the start of its table; what the vtable says where present
  std::uint32_t slot;   // position of the field in RowLayout::empty_row()
  std::uint32_t entry;  // position of the vtable's entry there
};

// Where a map's entry tables hold key and value.
struct EntryLayout {
  std::uint16_t key_slot;
  std::uint16_t value_slot;
  std::uint16_t table_bytes;
  std::uint8_t alignment;  // of the table's widest field, 4 or 8
};

// Columns that a row or an answer can have: codes in a batch name a column in 16 bits.
inline constexpr std::uint32_t kRowColumnsMax = 65535;
// Of a column's name, and of a tensor's declared dimensions: their counts are sent in 16 bits.
inline constexpr std::uint32_t kNameBytesMax = 65535;
inline constexpr std::uint32_t kDimensionsMax = 65535;

// Why no row can have these columns, with what was found and the limit; empty where one can.
std::string RowProblem(const Schema& columns);

// Both ends agree on these. Only tests have smaller ones, so as to see parts in short rows.
struct TableLimits {
  std::uint32_t bytes_max = 65535;    // of a table's fields, and of its vtable
  std::uint32_t part_columns = 4096;  // of each part but the last
};

// Immutable. Needs nothing but the standard library, so that clients can have it.
class RowLayout {
 public:
  // Null: see RowProblem().
  static std::optional<RowLayout> Make(Schema columns, const TableLimits& limits = {});

  const Schema& columns() const noexcept { return columns_; }
  std::size_t size() const noexcept { return layouts_.size(); }
  const ColumnLayout& operator[](std::size_t column) const noexcept { return layouts_[column]; }
  // The first column of this name.
  std::optional<std::uint32_t> Find(std::string_view name) const noexcept {
    return index_.Find(columns_, name);
  }

  // 0: one table holds all columns.
  std::uint32_t part_count() const noexcept { return part_count_; }
  // Of each part but the last.
  std::uint32_t part_columns() const noexcept { return part_columns_; }

  // The same for the same names and types in the same order, in every build and release.
  std::uint64_t hash() const noexcept { return hash_; }

  // A row whose columns are all null: root offset, vtable, table; where there are parts, the vtable
  // and table of each behind them. Its length is a multiple of 4.
  std::span<const std::byte> empty_row() const noexcept { return empty_row_; }
  // Positions within empty_row() of the row's own table, which holds columns or parts. Tables are
  // at 4 modulo 8, so that their 8-byte fields align.
  static constexpr std::uint32_t kVtablePosition = 4;
  std::uint32_t vtable_bytes() const noexcept {
    return 4 + 2 * (part_count_ == 0 ? static_cast<std::uint32_t>(layouts_.size()) : part_count_);
  }
  std::uint32_t table_position() const noexcept { return table_position_; }
  // Of a field's entry within a vtable.
  static constexpr std::uint32_t VtableEntry(std::size_t field) noexcept {
    return 4 + 2 * static_cast<std::uint32_t>(field);
  }

 private:
  RowLayout() = default;
  std::optional<std::uint32_t> PlaceFields(std::uint32_t first, std::uint32_t count,
                                           std::uint32_t bytes_max);
  std::uint32_t AppendColumns(std::uint32_t first, std::uint32_t count, std::uint32_t table_bytes);
  void AppendParts();
  std::uint32_t AppendTable(std::uint32_t field_count, std::uint32_t table_bytes);

  Schema columns_;
  ColumnIndex index_;
  std::vector<ColumnLayout> layouts_;
  std::vector<std::byte> empty_row_;
  std::uint32_t table_position_ = 0;
  std::uint32_t part_count_ = 0;
  std::uint32_t part_columns_ = 0;
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
