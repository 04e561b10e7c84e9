#include "engine/linear/distance.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pillion {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kPrecision = 1e-6;

double Square(double x) noexcept { return x * x; }

double SumOfSquaredDifferences(std::span<const double> center, const VectorView& x) noexcept {
  double sum = 0;
  if (x.dense()) {
    for (std::size_t i = 0; i < center.size(); ++i) sum += Square(center[i] - x.values[i]);
    return sum;
  }
  std::uint32_t entry = 0;
  for (std::size_t i = 0; i < center.size(); ++i) {
    const bool stored = entry < x.count && static_cast<std::size_t>(x.indices[entry]) == i;
    sum += Square(stored ? x.values[entry++] - center[i] : center[i]);
  }
  return sum;
}

}  // namespace

double Norm(std::span<const double> values) noexcept {
  double sum = 0;
  for (const double value : values) sum += Square(value);
  return std::sqrt(sum);
}

ScoreCode SquaredDistance(std::span<const double> center, double center_norm, const VectorView& x,
                          double x_norm, double* distance) noexcept {
  if (x.size != center.size()) return ScoreCode::kWrongSize;
  if (!(center_norm >= 0 && x_norm >= 0)) return ScoreCode::kInvalidValue;
  const double squares = Square(center_norm) + Square(x_norm);
  const double bound = 2.0 * kEpsilon * squares / (Square(center_norm - x_norm) + kEpsilon);
  const auto dot = [&] { return Dot(x, center.data()); };
  if (bound < kPrecision) {
    *distance = squares - 2.0 * dot();
    return ScoreCode::kOk;
  }
  if (!x.dense()) {
    const double product = dot();
    const double difference = squares - 2.0 * product;
    *distance = std::isnan(difference) ? difference : std::max(difference, 0.0);
    const double error = kEpsilon * (squares + 2.0 * std::abs(product)) / (*distance + kEpsilon);
    if (!(error > kPrecision)) return ScoreCode::kOk;
  }
  *distance = SumOfSquaredDifferences(center, x);
  return ScoreCode::kOk;
}

}  // namespace pillion
