// Caps on what a bundle or a row may ask for, checked before memory is taken. Real bundles stay
// far below; a bundle over a cap is refused with the cap's name.
#pragma once

#include <cstdint>

#include "base/json_depth.h"

namespace pillion {

struct Limits {
  // Bundle.
  std::uint64_t archive_bytes_max = 1ULL << 30;
  std::uint64_t entry_bytes_max = 512ULL << 20;   // one member, inflated
  std::uint64_t inflated_bytes_max = 4ULL << 30;  // all members that are read
  std::uint32_t entry_count_max = 65536;
  std::uint32_t name_bytes_max = 512;
  std::uint32_t name_segments_max = 64;
  std::uint32_t json_depth_max = kJsonDepthMax;
  std::uint32_t proto_depth_max = 32;
  std::uint32_t node_count_max = 10000;
  std::uint32_t pipeline_depth_max = 32;
  std::uint32_t tree_depth_max = 1024;
  // Row: what the stages may make of one row in a workspace.
  std::uint64_t row_bytes_max = 64ULL << 20;
  // Of work that grows faster than a row and its answer, about a nanosecond each: no row holds a
  // thread for much longer than filling its memory takes.
  std::uint64_t row_steps_max = 64ULL << 20;
};

}  // namespace pillion
