// Counts what may fail, and says which time it does. Any thread; allocates nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace pillion::testing {

class FailurePoint {
 public:
  // Counts from here on. The `nth` (1 is the first) fails, once.
  void Arm(std::uint64_t nth) noexcept {
    count_.store(0);
    failing_.store(nth);
  }
  // No more do. How many were counted.
  std::uint64_t Disarm() noexcept {
    failing_.store(kNone);
    return count_.load();
  }
  // Counts one more. True: it is the one.
  bool Fails() noexcept { return count_.fetch_add(1) + 1 == failing_.load(); }

 private:
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::uint64_t> failing_{kNone};
};

}  // namespace pillion::testing
