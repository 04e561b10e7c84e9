#include "engine/java/math.h"

#include <cmath>
#include <limits>

namespace pillion {

double JavaRound(double x) noexcept {
  constexpr double kLongLimit = 9223372036854775808.0;
  if (std::isnan(x)) return 0.0;
  if (std::abs(x) >= kLongLimit) return std::copysign(kLongLimit, x);
  const double below = std::floor(x);
  // The difference is exact wherever it is near a half.
  const double rounded = x - below >= 0.5 ? below + 1.0 : below;
  return rounded + 0.0;  // -0.0 becomes 0.0
}

double JavaPow(double x, double y) noexcept {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (std::isnan(y) || (std::isinf(y) && std::abs(x) == 1.0)) return kNan;
  if (y == 2.0) return x * x;  // As HotSpot does, which rounds better than pow.
  return std::pow(x, y);
}

double JavaMin(double x, double y) noexcept {
  if (std::isnan(x) || std::isnan(y)) return std::numeric_limits<double>::quiet_NaN();
  if (x == y) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

double JavaMax(double x, double y) noexcept {
  if (std::isnan(x) || std::isnan(y)) return std::numeric_limits<double>::quiet_NaN();
  if (x == y) return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

}  // namespace pillion
