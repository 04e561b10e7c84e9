#include "engine/arena.h"

#include <algorithm>

namespace pillion {

Arena::Arena(std::size_t bytes_max, std::uint64_t steps_max, std::size_t first_block_bytes)
    : bytes_max_(bytes_max), steps_max_(steps_max) {
  const std::size_t bytes = std::min(bytes_max, first_block_bytes);
  blocks_.push_back({std::make_unique<std::byte[]>(bytes), bytes});
  blocks_.reserve(64);  // Blocks double, so 64 outlast any bytes_max.
  Enter(0);
}

void Arena::Reset() noexcept {
  if (current_ != 0) Enter(0);
  used_ = 0;
  earlier_bytes_ = 0;
  steps_left_ = steps_max_;
}

void Arena::Enter(std::size_t index) noexcept {
  current_ = index;
  block_ = blocks_[index].memory.get();
  block_bytes_ = blocks_[index].bytes;
  used_ = 0;
}

std::byte* Arena::AllocateFromNextBlock(std::size_t bytes) noexcept {
  for (;;) {
    if (current_ + 1 == blocks_.size()) {
      const std::size_t spent = earlier_bytes_ + block_bytes_;
      if (spent >= bytes_max_ || bytes > bytes_max_ - spent) return nullptr;
      if (blocks_.size() == blocks_.capacity()) return nullptr;
      const std::size_t size = std::min(std::max(2 * block_bytes_, bytes), bytes_max_ - spent);
      std::unique_ptr<std::byte[]> memory(new (std::nothrow) std::byte[size]);
      if (memory == nullptr) return nullptr;
      blocks_.push_back({std::move(memory), size});
    }
    earlier_bytes_ += block_bytes_;
    Enter(current_ + 1);
    if (bytes <= block_bytes_) {
      used_ = bytes;
      return block_;
    }
  }
}

}  // namespace pillion
