// How long a waiter spins before it sleeps. Budgets are times, not iterations: a pause costs 6 ns
// on one processor and 56 on another. Both ends use the same rule.
//
// Spinning for as long as a sleep and a wake would cost is never worse than twice the best that
// one could do with foresight; that is the lower bound. Where waits have lately been short, the
// budget follows them up to the upper bound, so that a busy lane never sleeps.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/cpu_allowance.h"

namespace pillion {

class SpinBudget {
 public:
  static constexpr std::uint64_t kForever = ~std::uint64_t{0};

  // Both bounds are the same: the budget is fixed.
  SpinBudget(std::uint64_t ns_min, std::uint64_t ns_max) : ns_min_(ns_min), ns_max_(ns_max) {}

  // What suits a process that may use so many CPUs: on one CPU the other side cannot run while
  // this one spins; under a quota spun time is taken from scoring.
  static SpinBudget Adaptive(const CpuAllowance& allowance) {
    if (allowance.cpus < 2) return {0, 0};
    if (allowance.quota < 2) return {5'000, 20'000};
    return {10'000, 50'000};
  }
  static bool MaySpinForever(const CpuAllowance& allowance) {
    return allowance.cpus >= 2 && allowance.quota >= 2;
  }

  std::uint64_t ns() const {
    if (average_ns_ > ns_max_) return ns_min_;
    return std::clamp(2 * average_ns_, ns_min_, ns_max_);
  }

  // A wait has ended after so long, whether it was spun or slept.
  void Waited(std::uint64_t ns) {
    average_ns_ += (static_cast<std::int64_t>(std::min(ns, kWaitNsMax) - average_ns_)) / 8;
  }

 private:
  static constexpr std::uint64_t kWaitNsMax = 10'000'000;  // one long pause is soon forgotten

  std::uint64_t ns_min_;
  std::uint64_t ns_max_;
  std::uint64_t average_ns_ = 0;
};

}  // namespace pillion
