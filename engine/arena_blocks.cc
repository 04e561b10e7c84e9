#include "engine/arena_blocks.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <new>
#include <utility>

namespace pillion {
namespace {

// Each block of a size begins with the pointer to the next one.
class Kept {
 public:
  ~Kept() {
    for (std::byte*& first : first_) {
      while (first != nullptr) std::free(Pop(first));
    }
  }

  std::byte* Take(std::size_t bytes) noexcept {
    std::byte*& first = first_[SizeClass(bytes)];
    if (first == nullptr) return nullptr;
    bytes_ -= bytes;
    return Pop(first);
  }
  bool Keep(std::byte* block, std::size_t bytes) noexcept {
    if (bytes > kArenaBytesKept - bytes_) return false;
    std::byte*& first = first_[SizeClass(bytes)];
    new (block) std::byte*(first);
    first = block;
    bytes_ += bytes;
    return true;
  }

  static bool Keeps(std::size_t bytes) noexcept {
    return std::has_single_bit(bytes) && bytes >= kArenaBlockBytesMin && bytes <= kArenaBytesKept;
  }

 private:
  static constexpr std::size_t kClasses =
      std::bit_width(kArenaBytesKept) - std::bit_width(kArenaBlockBytesMin) + 1;

  static std::size_t SizeClass(std::size_t bytes) noexcept {
    return static_cast<std::size_t>(std::bit_width(bytes) - std::bit_width(kArenaBlockBytesMin));
  }
  static std::byte* Pop(std::byte*& first) noexcept {
    std::byte* const block = first;
    first = *std::launder(reinterpret_cast<std::byte**>(block));
    return block;
  }

  std::array<std::byte*, kClasses> first_{};
  std::size_t bytes_ = 0;
};

thread_local Kept kept;

}  // namespace

ArenaBlock TakeArenaBlock(std::size_t bytes) noexcept {
  HeapBytes memory(Kept::Keeps(bytes) ? kept.Take(bytes) : nullptr);
  if (memory == nullptr) memory = AllocateBytes(bytes);
  return {std::move(memory), bytes};
}

void GiveArenaBlock(ArenaBlock block) noexcept {
  if (Kept::Keeps(block.bytes) && kept.Keep(block.memory.get(), block.bytes)) {
    (void)block.memory.release();
  }
}

}  // namespace pillion
