#include "engine/arena.h"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace pillion {
namespace {

constexpr std::size_t kBlocksMax = 32;  // they double

}  // namespace

Arena::Arena(std::size_t bytes_max, std::uint64_t steps_max, std::size_t first_block_bytes)
    : bytes_max_(bytes_max), steps_max_(steps_max) {
  const std::size_t bytes = std::min(bytes_max, first_block_bytes);
  blocks_.reserve(kBlocksMax);
  blocks_.push_back(TakeArenaBlock(bytes));
  if (blocks_.back().memory == nullptr) throw std::bad_alloc();
  Enter();
}

void Arena::Enter() noexcept {
  block_ = blocks_.back().memory.get();
  block_bytes_ = blocks_.back().bytes;
  used_ = 0;
}

void Arena::GiveBack() noexcept {
  while (blocks_.size() > 1) {
    GiveArenaBlock(std::move(blocks_.back()));
    blocks_.pop_back();
  }
  earlier_bytes_ = 0;
  Enter();
}

std::byte* Arena::AllocateFromNextBlock(std::size_t bytes) noexcept {
  const std::size_t spent = earlier_bytes_ + block_bytes_;
  if (spent >= bytes_max_ || bytes > bytes_max_ - spent) return nullptr;
  if (blocks_.size() == blocks_.capacity()) return nullptr;
  const std::size_t wanted = std::max({kArenaBlockBytesMin, 2 * block_bytes_, bytes});
  const std::size_t size = std::min(std::bit_ceil(wanted), bytes_max_ - spent);
  ArenaBlock block = TakeArenaBlock(size);
  if (block.memory == nullptr) {
    lacks_memory_ = true;
    return nullptr;
  }
  blocks_.push_back(std::move(block));
  earlier_bytes_ = spent;
  Enter();
  used_ = bytes;
  return block_;
}

}  // namespace pillion
