// The description of a layout that BOUND carries: the columns of rows and answers. With it a
// client builds rows without generated code.
//
//   description   u64 schema hash, columns of the row, columns of the answer
//   columns       u32 count, then each column
//   column        u8 shape, u8 base, u8 key, u8 flags (1: nullable, 2: dimensions known),
//                 u16 name bytes, u16 dimension count, name (UTF-8), i32 dimensions…
//
// Little-endian, no padding. `schema hash` covers both lists; a layout of the same hash takes the
// same rows and gives the same answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "schemas/types/data_type.h"

namespace pillion {

struct LayoutDescription {
  std::uint64_t schema_hash = 0;
  Schema inputs;
  Schema outputs;
};

// Of an encoded description: BOUND, which carries it, is a message of at most 4 MiB.
inline constexpr std::size_t kLayoutDescriptionBytesMax = (4U << 20) - 64;

// REQUIRES: names and dimensions that RowProblem() (row_layout.h) takes.
std::vector<std::byte> EncodeLayoutDescription(const LayoutDescription& description);

// Nothing if the bytes are not exactly one description. Takes no more memory than they justify.
std::optional<LayoutDescription> DecodeLayoutDescription(std::span<const std::byte> bytes);

}  // namespace pillion
