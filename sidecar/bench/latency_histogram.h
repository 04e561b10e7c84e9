// Counts of latencies in buckets of at most 1.6 % width, from 1 tick to days. Recording is one
// increment; nothing is sampled or dropped.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace pillion::bench {

class LatencyHistogram {
 public:
  void Record(std::uint64_t ticks) noexcept {
    ++counts_[BucketOf(ticks)];
    ++count_;
    if (ticks > max_) max_ = ticks;
  }

  void Add(const LatencyHistogram& other) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  // The largest recorded latency, exactly.
  std::uint64_t max_ticks() const noexcept { return max_; }
  // The upper edge of the bucket that holds the q-quantile, 0 <= q <= 1; at most max_ticks().
  // 0 where nothing was recorded.
  std::uint64_t QuantileTicks(double q) const noexcept;

 private:
  static constexpr int kSubBits = 6;  // 64 buckets per power of two
  static constexpr std::size_t kBuckets = (64 - kSubBits + 1) << kSubBits;

  static std::size_t BucketOf(std::uint64_t ticks) noexcept {
    if (ticks < (1U << kSubBits)) return ticks;
    const int shift = 63 - std::countl_zero(ticks) - kSubBits;
    return (static_cast<std::size_t>(shift + 1) << kSubBits) +
           ((ticks >> shift) & ((1U << kSubBits) - 1));
  }
  static std::uint64_t UpperEdge(std::size_t bucket) noexcept;

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace pillion::bench
