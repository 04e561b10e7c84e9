#include "client/lane_pool.h"

#include <algorithm>
#include <bit>
#include <chrono>

namespace pillion {

namespace {

std::uint64_t Mask(std::size_t bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

}  // namespace

LanePool::LanePool(std::uint32_t lane_count, SpinBudget spin) : free_(Mask(lane_count)) {
  for (std::uint32_t i = 0; i < lane_count; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    lanes_.back()->index = i;
    lanes_.back()->spin = spin;
  }
}

// The lowest free lane: with few callers the same ones stay warm on both sides.
Lane* LanePool::TryTake() {
  std::uint64_t free = free_.load(std::memory_order_relaxed);
  while (true) {
    const std::uint64_t usable = free & usable_.load(std::memory_order_relaxed);
    if (usable == 0) return nullptr;
    const std::uint64_t lowest = usable & -usable;
    if (!free_.compare_exchange_weak(free, free & ~lowest, std::memory_order_acquire)) continue;
    Lane* lane = lanes_[static_cast<std::size_t>(std::countr_zero(lowest))].get();
    if (lane->generation != generation_.load(std::memory_order_acquire)) Refresh(lane);
    return lane;
  }
}

Lane* LanePool::Take(std::uint64_t deadline_ns) {
  if (Lane* lane = TryTake()) return lane;
  std::unique_lock lock(wait_mutex_);
  waiters_.fetch_add(1);  // SYNC: lane-waiter
  Lane* lane = nullptr;
  while ((lane = TryTake()) == nullptr && usable_.load() != 0) {
    const std::uint64_t now = MonotonicNs();
    if (now >= deadline_ns) break;
    const std::uint64_t left = std::min<std::uint64_t>(deadline_ns - now, 1'000'000'000);
    returned_.wait_for(lock, std::chrono::nanoseconds(left));
  }
  waiters_.fetch_sub(1);
  return lane;
}

void LanePool::Return(Lane* lane) {
  free_.fetch_or(std::uint64_t{1} << lane->index);
  if (waiters_.load() == 0) return;  // SYNC: lane-waiter
  const std::lock_guard lock(wait_mutex_);
  returned_.notify_one();
}

void LanePool::Install(std::shared_ptr<Connection> connection, std::uint32_t generation) {
  const std::size_t count = connection ? connection->geometry().lane_count : 0;
  const bool memory = connection && connection->shared_memory();
  {
    const std::lock_guard lock(connection_mutex_);
    connection_ = memory ? std::move(connection) : nullptr;
    generation_.store(generation, std::memory_order_release);
  }
  usable_.store(memory ? Mask(std::min(count, lanes_.size())) : 0);
  // Free lanes let go of the old memory now, taken ones when they are taken next.
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    const std::uint64_t bit = std::uint64_t{1} << lane->index;
    if ((free_.fetch_and(~bit, std::memory_order_acquire) & bit) == 0) continue;
    Refresh(lane.get());
    Return(lane.get());
  }
  const std::lock_guard lock(wait_mutex_);
  returned_.notify_all();
}

void LanePool::Refresh(Lane* lane) {
  const std::lock_guard lock(connection_mutex_);
  lane->generation = generation_.load(std::memory_order_relaxed);
  const bool exists = connection_ && lane->index < connection_->geometry().lane_count;
  lane->connection = exists ? connection_ : nullptr;
  lane->end = exists ? connection_->Lane(lane->index) : ClientLane();
}

}  // namespace pillion
