// Choosing among classes: the largest score, thresholds, normalisation.
// Formulas follow combust/mleap, core/classification/ClassificationModel.scala.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace pillion {

// The sum from left to right, beginning with the first value.
inline double Sum(std::span<const double> values) noexcept {
  if (values.empty()) return 0;
  double sum = values.front();
  for (const double value : values.subspan(1)) sum += value;
  return sum;
}

// The first index whose value is above all before it; a NaN at 0 stays. -1: no values.
inline std::int32_t ArgMax(std::span<const double> values) noexcept {
  std::int32_t best = values.empty() ? -1 : 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] > values[static_cast<std::size_t>(best)]) best = static_cast<std::int32_t>(i);
  }
  return best;
}

// The index with the largest probability per threshold, over the shorter of both; a threshold of
// 0 beats all. -1: no values.
inline std::int32_t ArgMaxPerThreshold(std::span<const double> probability,
                                       std::span<const double> thresholds) noexcept {
  const std::size_t count = std::min(probability.size(), thresholds.size());
  std::int32_t best = -1;
  double best_value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = thresholds[i] == 0 ? std::numeric_limits<double>::infinity()
                                            : probability[i] / thresholds[i];
    if (best >= 0 && !(value > best_value)) continue;
    best = static_cast<std::int32_t>(i);
    best_value = value;
  }
  return best;
}

// Divides by the sum, unless that is 0.
inline void Normalise(std::span<double> values) noexcept {
  const double sum = Sum(values);
  if (sum == 0) return;
  for (double& value : values) value /= sum;
}

inline double Sigmoid(double margin) noexcept { return 1.0 / (1.0 + std::exp(-margin)); }

}  // namespace pillion
