// Blocks of memory that rows of a thread have given back, for its next rows, whichever model they
// are of: a thousand workspaces hold no more than the thread that scores needs at a time.
#pragma once

#include <cstddef>

#include "base/heap_bytes.h"

namespace pillion {

struct ArenaBlock {
  HeapBytes memory;  // null: there is no memory
  std::size_t bytes = 0;
};

inline constexpr std::size_t kArenaBlockBytesMin = 16 * 1024;
// What a thread keeps at the most; the rest goes back to the system.
inline constexpr std::size_t kArenaBytesKept = 4 << 20;

// Of a power of two bytes if it is to be kept later. Uninitialised. From the heap only where none
// of this size was given back.
ArenaBlock TakeArenaBlock(std::size_t bytes) noexcept;
void GiveArenaBlock(ArenaBlock block) noexcept;

}  // namespace pillion
