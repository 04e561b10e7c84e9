#include "sidecar/bench/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace pillion::bench {
namespace {

TEST(LatencyHistogram, QuantilesLieWithinABucketOfTheSortedOnes) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latency(6.0, 3.0);
  std::vector<std::uint64_t> sorted;
  LatencyHistogram histogram;
  for (int i = 0; i < 100'000; ++i) {
    sorted.push_back(static_cast<std::uint64_t>(latency(random)));
    histogram.Record(sorted.back());
  }
  std::sort(sorted.begin(), sorted.end());
  for (const double q : {0.0001, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * 100'000)) - 1;
    const auto exact = static_cast<double>(sorted[rank]);
    const auto measured = static_cast<double>(histogram.QuantileTicks(q));
    EXPECT_GE(measured, exact) << q;
    EXPECT_LE(measured, exact * 1.016 + 1) << q;
  }
  EXPECT_EQ(histogram.max_ticks(), sorted.back());
}

TEST(LatencyHistogram, TakesTheWholeRange) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.QuantileTicks(0.5), 0U);
  histogram.Record(0);
  histogram.Record(~std::uint64_t{0});
  EXPECT_EQ(histogram.QuantileTicks(0.5), 0U);
  EXPECT_EQ(histogram.QuantileTicks(1.0), ~std::uint64_t{0});
}

TEST(LatencyHistogram, AddingEqualsRecordingBoth) {
  LatencyHistogram a;
  LatencyHistogram b;
  LatencyHistogram both;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? a : b).Record(i * i);
    both.Record(i * i);
  }
  a.Add(b);
  EXPECT_EQ(a.count(), both.count());
  for (const double q : {0.1, 0.5, 0.99}) EXPECT_EQ(a.QuantileTicks(q), both.QuantileTicks(q));
}

}  // namespace
}  // namespace pillion::bench
