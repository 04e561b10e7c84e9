#include "schemas/rows/row_shape.h"

namespace pillion {
namespace {

std::uint32_t ColumnCount(const RowLayout& layout) {
  return static_cast<std::uint32_t>(layout.size());
}

}  // namespace

bool TableShape::Learn(const WireDecoder& wire, const WireTable& table) noexcept {
  vtable_bytes_ = 0;
  compared_bytes_ = std::min(table.vtable_bytes, RowLayout::VtableEntry(count_));
  std::fill(vtable_.begin(), vtable_.end(), std::uint16_t{0});
  std::memcpy(vtable_.data(), wire.at(table.vtable), compared_bytes_);
  phase_ = table.position % 8;
  if (!PlaceFields(phase_)) return false;
  vtable_bytes_ = table.vtable_bytes;
  return std::uint64_t{table.position} + fields_end_ <= wire.size();
}

void TableShape::ResolveAbsent() noexcept {
  vtable_bytes_ = 0;
  std::fill(vtable_.begin(), vtable_.end(), std::uint16_t{0});
  PlaceFields(0);
}

bool TableShape::PlaceFields(std::uint32_t phase) noexcept {
  missing_.reset();
  fields_end_ = 4;
  for (std::uint32_t i = 0; i < count_; ++i) {
    const ColumnLayout& column = (*layout_)[first_ + i];
    const std::uint32_t offset = vtable_[2 + i];
    if (offset == 0) {
      if (column.required && !missing_) missing_ = first_ + i;
      continue;
    }
    if (offset < 4 || (phase + offset) % column.inline_bytes != 0) return false;
    fields_end_ = std::max(fields_end_, offset + column.inline_bytes);
  }
  return true;
}

RowShape::RowShape(const RowLayout& layout)
    : layout_(&layout), whole_(layout, 0, layout.part_count() == 0 ? ColumnCount(layout) : 0) {
  for (std::uint32_t part = 0; part < layout.part_count(); ++part) {
    const std::uint32_t first = part * layout.part_columns();
    parts_.emplace_back(layout, first,
                        std::min(layout.part_columns(), ColumnCount(layout) - first));
  }
}

bool RowShape::ResolveParts(const WireDecoder& wire, std::uint32_t position) noexcept {
  WireTable row;
  if (!wire.Open(position, &row)) return false;
  for (std::uint32_t part = 0; part < parts_.size(); ++part) {
    std::uint32_t slot = 0;
    if (!wire.FindField(row, part, 4, &slot)) return false;
    if (slot == 0) {
      parts_[part].ResolveAbsent();
      continue;
    }
    std::uint32_t table = 0;
    if (!wire.Follow(slot, &table) || !parts_[part].Resolve(wire, table)) return false;
  }
  return true;
}

}  // namespace pillion
