#include "sidecar/bench/latency_histogram.h"

#include <algorithm>
#include <cmath>

namespace pillion::bench {

void LatencyHistogram::Add(const LatencyHistogram& other) noexcept {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t LatencyHistogram::UpperEdge(std::size_t bucket) noexcept {
  if (bucket < (1U << kSubBits)) return bucket;
  const int shift = static_cast<int>(bucket >> kSubBits) - 1;
  const std::uint64_t lower = ((std::uint64_t{1} << kSubBits) + (bucket & ((1U << kSubBits) - 1)))
                              << shift;
  return lower + (std::uint64_t{1} << shift) - 1;
}

std::uint64_t LatencyHistogram::QuantileTicks(double q) const noexcept {
  if (count_ == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank && seen > 0) return std::min(UpperEdge(i), max_);
  }
  return max_;
}

}  // namespace pillion::bench
