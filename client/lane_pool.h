// The lanes of a client. A thread takes one for a call and returns it. A new connection replaces
// the lanes one by one, each when nobody holds it, so that no call ever loses the memory that it
// works on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "client/connection.h"
#include "client/counters.h"
#include "schemas/spin_budget.h"

namespace pillion {

struct Lane {
  ClientLane end;
  std::shared_ptr<Connection> connection;  // null: none
  std::uint32_t generation = 0;            // of the connection
  std::uint32_t index = 0;
  SpinBudget spin{0, 0};
  LaneCounters counters;
};

class LanePool {
 public:
  LanePool(std::uint32_t lane_count, SpinBudget spin);

  // A lane of the current connection; waits while all are taken. Null: the deadline passed, or
  // there is no connection with shared memory.
  Lane* Take(std::uint64_t deadline_ns);
  void Return(Lane* lane);

  // Lanes are of this connection from now on; null: of none. Any thread.
  void Install(std::shared_ptr<Connection> connection, std::uint32_t generation);

  const std::vector<std::unique_ptr<Lane>>& lanes() const { return lanes_; }

 private:
  Lane* TryTake();
  void Refresh(Lane* lane);

  std::vector<std::unique_ptr<Lane>> lanes_;
  alignas(64) std::atomic<std::uint64_t> free_;  // bit per lane
  std::atomic<std::uint64_t> usable_{0};         // lanes that the connection has
  std::atomic<std::uint32_t> waiters_{0};
  std::atomic<std::uint32_t> generation_{0};
  std::mutex wait_mutex_;
  std::condition_variable returned_;
  std::mutex connection_mutex_;
  std::shared_ptr<Connection> connection_;  // guarded by connection_mutex_
};

}  // namespace pillion
