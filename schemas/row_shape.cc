#include "schemas/row_shape.h"

namespace pillion {

bool RowShape::Learn(const WireReader& reader, const WireTable& table) noexcept {
  vtable_bytes_ = 0;
  compared_bytes_ = std::min(table.vtable_bytes, layout_->vtable_bytes());
  std::fill(vtable_.begin(), vtable_.end(), std::uint16_t{0});
  std::memcpy(vtable_.data(), reader.at(table.vtable), compared_bytes_);
  phase_ = table.position % 8;
  if (!PlaceFields(phase_)) return false;
  vtable_bytes_ = table.vtable_bytes;
  return std::uint64_t{table.position} + fields_end_ <= reader.size();
}

bool RowShape::PlaceFields(std::uint32_t phase) noexcept {
  missing_.reset();
  fields_end_ = 4;
  for (std::uint32_t i = 0; i < layout_->size(); ++i) {
    const ColumnLayout& column = (*layout_)[i];
    const std::uint32_t offset = vtable_[2 + i];
    if (offset == 0) {
      if (column.required && !missing_) missing_ = i;
      continue;
    }
    if (offset < 4 || (phase + offset) % column.inline_bytes != 0) return false;
    fields_end_ = std::max(fields_end_, offset + column.inline_bytes);
  }
  return true;
}

}  // namespace pillion
