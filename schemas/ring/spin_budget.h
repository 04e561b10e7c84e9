// How long a waiter spins before it sleeps. Both ends use the same rule.
//
// A few budgets are candidates. Each wait tells what every one of them would have cost: a wait that
// fits into a budget costs the time that was spun; one that does not costs the budget, the sleep,
// and the wake-up that comes late. The candidate that would have cost least over the last waits is
// the budget of the next ones. That takes the true length of waits, also of those that were slept
// through: it is when spinning would have ended, without anybody's wake-up. An end that only knew
// when it woke would take each wait for too long to spin on, because it sleeps.
//
// Budgets are times, not iterations: a pause costs 6 ns on one processor and 56 on another.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/cpu_allowance.h"

namespace pillion {

// What spinning may cost, as it follows from the CPUs that a process may use.
enum class SpinRule : std::uint8_t {
  kNever,    // one CPU: the other side cannot run meanwhile
  kSparing,  // a quota below two CPUs: what is spun is taken from scoring
  kFreely,
};

constexpr SpinRule SpinRuleFor(const CpuAllowance& allowance) {
  if (allowance.cpus < 2) return SpinRule::kNever;
  return allowance.quota < 2 ? SpinRule::kSparing : SpinRule::kFreely;
}

class SpinBudget {
 public:
  static constexpr std::uint64_t kForever = ~std::uint64_t{0};

  static SpinBudget Fixed(std::uint64_t ns) { return {nullptr, ns}; }
  // Follows the waits, and `rule`, which another thread may change at any time. It outlives the
  // budget.
  static SpinBudget Adaptive(const std::atomic<SpinRule>& rule) { return {&rule, 0}; }

  std::uint64_t ns() noexcept {
    if (rule_ != nullptr && rule_->load(std::memory_order_relaxed) != seen_) Follow();
    return ns_;
  }

  // A wait was over after so long. Where it was slept through: would have been, had both ends been
  // awake.
  void Waited(std::uint64_t ns) noexcept {
    if (rule_ == nullptr) return;
    std::size_t i = 1;
    while (i < kCandidates && kCandidateNs[i] < ns) ++i;
    waits_[i].count += 1;
    waits_[i].sum_ns += static_cast<float>(ns);
    if (++waited_ == kWaitsAChoice) Choose();
  }

  // This end slept, and was awake so much later than what it waited for.
  void Woke(std::uint64_t late_ns) noexcept {
    const auto late = static_cast<float>(late_ns < kLateNsMax ? late_ns : kLateNsMax);
    late_ns_ += (late - late_ns_) / 8;
  }
  std::uint64_t late_ns() const noexcept { return static_cast<std::uint64_t>(late_ns_); }

 private:
  static constexpr std::size_t kCandidates = 8;
  static constexpr std::array<std::uint64_t, kCandidates> kCandidateNs{
      0, 2'000, 5'000, 10'000, 20'000, 50'000, 100'000, 250'000};
  static constexpr std::uint32_t kWaitsAChoice = 16;
  static constexpr std::uint64_t kLateNsMax = 500'000;
  static constexpr float kSleepCpuNs = 5'000;  // of going to sleep and of being woken, both ends

  // What a nanosecond of spinning costs, where one of waiting costs 1; and the longest budget.
  struct Price {
    float cpu = 0;
    std::uint64_t ns_max = 0;
  };
  static constexpr Price PriceOf(SpinRule rule) {
    switch (rule) {
      case SpinRule::kFreely: return {0.3F, 250'000};
      case SpinRule::kSparing: return {0.5F, 20'000};
      case SpinRule::kNever: break;
    }
    return {0, 0};
  }

  // Waits longer than the candidate before and not longer than this one; the last: than all. The
  // first stays empty: no wait is shorter than not spinning at all.
  struct Waits {
    float count = 0;
    float sum_ns = 0;
  };

  SpinBudget(const std::atomic<SpinRule>* rule, std::uint64_t ns) : rule_(rule), ns_(ns) {
    if (rule_ != nullptr) Follow();
  }

  void Follow() noexcept {
    seen_ = rule_->load(std::memory_order_relaxed);
    Choose();
  }

  void Choose() noexcept {
    const Price price = PriceOf(seen_);
    float longer = 0;
    for (const Waits& waits : waits_) longer += waits.count;
    // Nothing is known yet: as long as a wake-up may take.
    std::uint64_t best_ns = longer > 0 ? 0 : price.ns_max / 10;
    float best_cost = longer * (late_ns_ + price.cpu * kSleepCpuNs);
    float spun_ns = 0;
    for (std::size_t i = 1; longer > 0 && i < kCandidates && kCandidateNs[i] <= price.ns_max; ++i) {
      longer -= waits_[i].count;
      spun_ns += waits_[i].sum_ns;
      const auto budget_ns = static_cast<float>(kCandidateNs[i]);
      const float cost =
          price.cpu * spun_ns + longer * (late_ns_ + price.cpu * (budget_ns + kSleepCpuNs));
      if (cost > best_cost) continue;
      best_cost = cost;
      best_ns = kCandidateNs[i];
    }
    ns_ = best_ns;
    waited_ = 0;
    for (Waits& waits : waits_) waits = {waits.count / 2, waits.sum_ns / 2};
  }

  const std::atomic<SpinRule>* rule_;  // null: fixed
  SpinRule seen_ = SpinRule::kNever;
  std::uint32_t waited_ = 0;  // since the last choice
  std::uint64_t ns_;
  float late_ns_ = 20'000;
  std::array<Waits, kCandidates + 1> waits_{};
};

}  // namespace pillion
