// How large the slots of a ring should be for a model's rows and answers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "schemas/ring/shm_layout.h"
#include "schemas/rows/row_layout.h"

namespace pillion {

// Bytes of a row or an answer of these columns, where texts, lists and maps are of a usual length.
inline std::size_t UsualBytes(const RowLayout& layout) {
  constexpr std::size_t kText = 48;
  constexpr std::size_t kMany = 256;   // of a list or map
  constexpr std::size_t kTensor = 64;  // around the values
  std::size_t bytes = layout.empty_row().size();
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const DataType& type = layout.columns()[i].type;
    if (layout[i].form <= WireForm::kEightBytes) continue;
    if (type.shape == Shape::kScalar) {
      bytes += kText;
    } else if (type.shape != Shape::kTensor || IsText(type.base) || !type.dimensions) {
      bytes += kMany;
    } else {
      std::size_t values = InlineBytes(type.base);
      for (const std::int32_t n : *type.dimensions) {
        values =
            std::min<std::size_t>(values * static_cast<std::size_t>(std::max(n, 0)), kSlotBytesMax);
      }
      bytes += kTensor + values;
    }
  }
  return std::min<std::size_t>(bytes, kSlotBytesMax);
}

// The slot for a payload: an odd multiple of the alignment, as shm_layout.h says. 0: none holds it.
inline std::uint32_t SlotBytesFor(std::size_t payload_bytes) {
  const std::size_t pairs = (payload_bytes + kSlotHeadBytes + kSlotAlignment - 1) / kSlotAlignment;
  if (pairs * kSlotAlignment > kSlotBytesMax) return 0;
  const std::size_t odd = std::min(pairs | 1, kSlotBytesMax / kSlotAlignment);
  return static_cast<std::uint32_t>(odd * kSlotAlignment);
}

}  // namespace pillion
