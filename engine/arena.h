// What one row in flight may take: memory from a bump allocator that is emptied before each row,
// and steps of work where neither memory nor the model bounds that. The allocator's first block is
// its own; further ones are the thread's, and given back when it is emptied. Takes from the heap
// only when a row needs more than the thread's rows before it, or than a thread keeps. One thread
// at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#include "engine/arena_blocks.h"

namespace pillion {

class Arena {
 public:
  static constexpr std::uint64_t kAnySteps = std::numeric_limits<std::uint64_t>::max();

  explicit Arena(std::size_t bytes_max, std::uint64_t steps_max = kAnySteps,
                 std::size_t first_block_bytes = 2 * 1024);
  ~Arena() { Reset(); }
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  // Uninitialised room for `count` elements, valid until Reset; nullptr once the row's total
  // would pass `bytes_max`, or where lacks_memory().
  template <typename T>
  T* Allocate(std::size_t count) noexcept {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignof(std::max_align_t));
    if (count > bytes_max_ / sizeof(T)) return nullptr;
    const std::size_t bytes = count * sizeof(T);
    const std::size_t start = (used_ + alignof(T) - 1) & ~(alignof(T) - 1);
    if (start + bytes <= block_bytes_) {
      used_ = start + bytes;
      return reinterpret_cast<T*>(block_ + start);
    }
    return reinterpret_cast<T*>(AllocateFromNextBlock(bytes));
  }

  // Before the work. A step is about a nanosecond. False once the row's total would pass
  // `steps_max`: ScoreCode::kTooCostly.
  bool Spend(std::uint64_t steps) noexcept {
    if (steps > steps_left_) return false;
    steps_left_ -= steps;
    return true;
  }

  // The machine, and not the row's limit, was in the way of an Allocate() since Reset.
  bool lacks_memory() const noexcept { return lacks_memory_; }

  void Reset() noexcept {
    if (blocks_.size() > 1) GiveBack();
    lacks_memory_ = false;
    used_ = 0;
    steps_left_ = steps_max_;
  }

 private:
  std::byte* AllocateFromNextBlock(std::size_t bytes) noexcept;
  void Enter() noexcept;
  void GiveBack() noexcept;

  std::vector<ArenaBlock> blocks_;
  std::byte* block_ = nullptr;  // the last one
  std::size_t block_bytes_ = 0;
  std::size_t used_ = 0;
  std::size_t earlier_bytes_ = 0;  // in the blocks before it
  std::size_t bytes_max_;
  std::uint64_t steps_max_;
  std::uint64_t steps_left_ = steps_max_;
  bool lacks_memory_ = false;
};

}  // namespace pillion
