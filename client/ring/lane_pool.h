// The lanes of a client. A thread takes one for a call and returns it; those who find none wait in
// the order in which they came. A new ring replaces the lanes one by one, each when nobody holds
// it, so that no call ever loses the memory that it works on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "client/connection/connection.h"
#include "client/connection/counters.h"
#include "schemas/ring/spin_budget.h"

namespace pillion {

struct Lane {
  ClientLane end;
  std::shared_ptr<Connection> connection;  // null: none
  std::shared_ptr<Ring> ring;
  std::uint32_t generation = 0;  // of the connection
  std::uint32_t install = 0;     // which call of Install() it is up to date with
  std::uint32_t index = 0;
  SpinBudget spin = SpinBudget::Fixed(0);
  bool kicked = false;  // the server, with the last request
  LaneCounters counters;

  // After one or more requests were published: wakes the server if it sleeps.
  void KickIfAsleep() noexcept {
    kicked = end.MustKick();
    if (!kicked) return;
    counters.kicks.Add();
    connection->Kick();
  }
};

class LanePool {
 public:
  // Lanes above the first `spinning_lanes` sleep at once: the lowest free lane is taken, so a high
  // one means that more threads call than there are CPUs, and one that spins keeps another from
  // its answer. `crowded` is called, by the thread that has to wait, when lanes begin to be short.
  LanePool(std::uint32_t lanes_max, std::uint32_t spinning_lanes, SpinBudget spin,
           std::function<void()> crowded);

  // A lane of the current ring; waits while all are taken, and then brings `now_ns` up to date.
  // Null: the deadline passed, or there is no connection with shared memory.
  Lane* Take(std::uint64_t deadline_ns, std::uint64_t* now_ns);
  void Return(Lane* lane);
  // For who holds a lane for long, and awaits nothing on it: brings it up to date. Then it may have
  // no connection.
  void Renew(Lane* lane) {
    if (lane->install != install_.load(std::memory_order_acquire)) Refresh(lane);
  }

  // Lanes are of this ring from now on; null: of none. One thread at a time.
  void Install(std::shared_ptr<Connection> connection, std::shared_ptr<Ring> ring,
               std::uint32_t generation);
  // `crowded` may be called again.
  void ExpectCrowds() { crowded_.store(false); }

  const std::vector<std::unique_ptr<Lane>>& lanes() const { return lanes_; }
  std::uint64_t waits() const { return waits_.load(std::memory_order_relaxed); }

 private:
  struct Waiter {
    std::condition_variable served;
    Lane* lane = nullptr;
  };

  Lane* TryTake();
  Lane* Wait(std::uint64_t deadline_ns);
  void ServeWaiters();  // REQUIRES: wait_mutex_ is held
  void Refresh(Lane* lane);

  std::vector<std::unique_ptr<Lane>> lanes_;
  const std::function<void()> on_crowded_;
  alignas(64) std::atomic<std::uint64_t> free_;  // bit per lane
  std::atomic<std::uint64_t> usable_{0};         // lanes that the ring has
  std::atomic<std::size_t> waiting_{0};          // queue_.size()
  std::atomic<std::uint32_t> install_{0};
  std::atomic<std::uint64_t> waits_{0};
  std::atomic<bool> crowded_{false};
  std::mutex wait_mutex_;
  std::deque<Waiter*> queue_;  // guarded by wait_mutex_
  std::mutex current_mutex_;   // guards what follows
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<Ring> ring_;
  std::uint32_t generation_ = 0;
};

}  // namespace pillion
