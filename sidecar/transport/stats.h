// Counters of a worker. Written by its thread alone, read by any.
#pragma once

#include <atomic>
#include <cstdint>

namespace pillion {

class Counter {
 public:
  void Add(std::uint64_t n) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct alignas(64) WorkerStats {
  Counter ring_requests;
  Counter socket_requests;
  Counter failures;    // answers with another code than kOk
  Counter violations;  // peers closed for breaking the protocol
  Counter kicks;
  Counter sleeps;
};

}  // namespace pillion
