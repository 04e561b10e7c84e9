#include "client/ring/lane_pool.h"

#include <algorithm>
#include <bit>
#include <chrono>

namespace pillion {

namespace {

std::uint64_t Mask(std::size_t bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

}  // namespace

LanePool::LanePool(std::uint32_t lanes_max, std::uint32_t spinning_lanes, SpinBudget spin,
                   std::function<void()> crowded)
    : on_crowded_(std::move(crowded)), free_(Mask(lanes_max)) {
  for (std::uint32_t i = 0; i < lanes_max; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    lanes_.back()->index = i;
    if (i < spinning_lanes) lanes_.back()->spin = spin;
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
    Renew(lane);
    return lane;
  }
}

// Nobody overtakes who waits.
Lane* LanePool::Take(std::uint64_t deadline_ns, std::uint64_t* now_ns) {
  if (waiting_.load(std::memory_order_relaxed) == 0) {
    if (Lane* lane = TryTake()) return lane;
  }
  Lane* lane = Wait(deadline_ns);
  *now_ns = MonotonicNs();
  return lane;
}

Lane* LanePool::Wait(std::uint64_t deadline_ns) {
  if (usable_.load() == 0) return nullptr;
  waits_.fetch_add(1, std::memory_order_relaxed);
  Waiter self;
  std::unique_lock lock(wait_mutex_);
  queue_.push_back(&self);
  waiting_.store(queue_.size());
  FullFence();  // SYNC: lane-waiter
  ServeWaiters();
  if (self.lane == nullptr && on_crowded_ && !crowded_.exchange(true)) on_crowded_();
  while (self.lane == nullptr && usable_.load() != 0) {
    const std::uint64_t now = MonotonicNs();
    if (now >= deadline_ns) break;
    const std::uint64_t left = std::min<std::uint64_t>(deadline_ns - now, 1'000'000'000);
    self.served.wait_for(lock, std::chrono::nanoseconds(left));
  }
  if (self.lane == nullptr) {
    std::erase(queue_, &self);
    waiting_.store(queue_.size());
  }
  return self.lane;
}

void LanePool::ServeWaiters() {
  while (!queue_.empty()) {
    Lane* lane = TryTake();
    if (lane == nullptr) return;
    Waiter* first = queue_.front();
    queue_.pop_front();
    waiting_.store(queue_.size());
    first->lane = lane;
    first->served.notify_one();
  }
}

void LanePool::Return(Lane* lane) {
  free_.fetch_or(std::uint64_t{1} << lane->index);
  if (waiting_.load() == 0) return;  // SYNC: lane-waiter
  const std::lock_guard lock(wait_mutex_);
  ServeWaiters();
}

void LanePool::Install(std::shared_ptr<Connection> connection, std::shared_ptr<Ring> ring,
                       std::uint32_t generation) {
  const std::uint64_t usable =
      ring ? Mask(std::min<std::size_t>(ring->geometry().lane_count, lanes_.size())) : 0;
  {
    const std::lock_guard lock(current_mutex_);
    connection_ = ring ? std::move(connection) : nullptr;
    ring_ = std::move(ring);
    generation_ = generation;
    install_.fetch_add(1, std::memory_order_release);
  }
  usable_.store(usable);
  // Free lanes let go of the old memory now, taken ones when they are taken next.
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    const std::uint64_t bit = std::uint64_t{1} << lane->index;
    if ((free_.fetch_and(~bit, std::memory_order_acquire) & bit) == 0) continue;
    // Not Refresh(): who took it meanwhile has renewed it, and counts from there.
    Renew(lane.get());
    Return(lane.get());
  }
  const std::lock_guard lock(wait_mutex_);
  ServeWaiters();
  if (usable != 0) return;
  for (Waiter* waiter : queue_) waiter->served.notify_one();
}

void LanePool::Refresh(Lane* lane) {
  const std::lock_guard lock(current_mutex_);
  const bool exists = ring_ && lane->index < ring_->geometry().lane_count;
  lane->install = install_.load(std::memory_order_relaxed);
  lane->generation = generation_;
  lane->connection = exists ? connection_ : nullptr;
  lane->ring = exists ? ring_ : nullptr;
  lane->end = exists ? ring_->Lane(lane->index) : ClientLane();
}

}  // namespace pillion
