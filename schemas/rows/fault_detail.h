// Where a row failed: the payload of a failed answer, of one row or of a whole batch.
//
//   u32 row, i32 column                   as ErrorDetail; alone where nothing below is known
//   u16 op, u16 stage, u16 column bytes, u16 0, then the three texts (UTF-8)
//
// A text that the answer has no room for is left out, with 0 bytes. The column's name stands there
// only where the index is kNoColumn: a column that none but the model's stages know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "schemas/rows/batch_layout.h"

namespace pillion {

struct FaultDetail {
  ErrorDetail place;
  std::string_view op;      // of the stage that refused the row
  std::string_view stage;   // its name
  std::string_view column;  // its input, where place.column is kNoColumn
};

// Writes as much as there is room for; how many bytes. Takes no memory.
std::size_t EncodeFault(const FaultDetail& fault, std::span<std::byte> room) noexcept;

// Texts are views of `bytes`. Of bytes that are no such payload, what can be read.
FaultDetail DecodeFault(std::span<const std::byte> bytes) noexcept;

}  // namespace pillion
