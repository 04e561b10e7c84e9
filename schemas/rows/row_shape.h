// Which fields a row has and where: its vtables, checked against a layout. Rows of one writer
// mostly share one vtable, so the last one is kept and the next row only compared with it.
// One reader at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "schemas/rows/row_layout.h"
#include "schemas/rows/wire_decoder.h"

namespace pillion {

// Of one table: all columns of a layout, or those of a part.
class TableShape {
 public:
  // Columns [first, first + count). `layout` must outlive the shape.
  TableShape(const RowLayout& layout, std::uint32_t first, std::uint32_t count)
      : layout_(&layout), first_(first), count_(count), vtable_(2 + count) {}

  std::uint32_t first() const noexcept { return first_; }
  std::uint32_t size() const noexcept { return count_; }

  // Checks that the fields of the table at `position` lie within the bytes, aligned and clear of
  // the table's head. False: malformed, and no slot may be used.
  bool Resolve(const WireDecoder& wire, std::uint32_t position) noexcept {
    WireTable table;
    if (!wire.Open(position, &table)) return false;
    position_ = position;
    if (table.vtable_bytes != vtable_bytes_ || position % 8 != phase_ ||
        std::memcmp(wire.at(table.vtable), vtable_.data(), compared_bytes_) != 0) {
      return Learn(wire, table);
    }
    return std::uint64_t{position} + fields_end_ <= wire.size();
  }
  // No table: no field.
  void ResolveAbsent() noexcept;

  // After Resolve(). Position of a field, counted from first(); 0: null. No fewer bytes than the
  // column's inline_bytes lie there.
  std::uint32_t Slot(std::size_t field) const noexcept {
    const std::uint32_t offset = vtable_[2 + field];
    return offset == 0 ? 0 : position_ + offset;
  }
  // Bytes of the table that the layout's fields span.
  std::uint32_t fields_end() const noexcept { return fields_end_; }
  // The first required column of the layout that the table lacks.
  std::optional<std::uint32_t> missing() const noexcept { return missing_; }

 private:
  bool Learn(const WireDecoder& wire, const WireTable& table) noexcept;
  bool PlaceFields(std::uint32_t phase) noexcept;

  const RowLayout* layout_;
  std::uint32_t first_;
  std::uint32_t count_;
  // Two sizes, then an offset per column. Fields that the layout does not know are left out.
  std::vector<std::uint16_t> vtable_;
  std::uint32_t vtable_bytes_ = 0;  // as the row had it; 0: none is kept
  std::uint32_t compared_bytes_ = 0;
  std::uint32_t phase_ = 0;  // of the table's position, modulo 8, on which alignment depends
  std::uint32_t fields_end_ = 0;
  std::uint32_t position_ = 0;
  std::optional<std::uint32_t> missing_;
};

class RowShape {
 public:
  // `layout` must outlive the shape.
  explicit RowShape(const RowLayout& layout);

  const RowLayout& layout() const noexcept { return *layout_; }
  // In the order of their columns: the row's own table, or its parts.
  std::span<const TableShape> tables() const noexcept {
    return parts_.empty() ? std::span(&whole_, 1) : std::span(parts_);
  }

  // Resolves all tables of the row at `position`.
  bool Resolve(const WireDecoder& wire, std::uint32_t position) noexcept {
    return parts_.empty() ? whole_.Resolve(wire, position) : ResolveParts(wire, position);
  }

  // As TableShape::Slot(), of a column of the layout.
  std::uint32_t Slot(std::size_t column) const noexcept {
    if (parts_.empty()) return whole_.Slot(column);
    return parts_[column / layout_->part_columns()].Slot(column % layout_->part_columns());
  }

 private:
  bool ResolveParts(const WireDecoder& wire, std::uint32_t position) noexcept;

  const RowLayout* layout_;
  TableShape whole_;  // without parts: in place, as one more pointer costs a nanosecond a row
  std::vector<TableShape> parts_;
};

}  // namespace pillion
