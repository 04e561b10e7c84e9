// The total order of java.lang.Double.compare: -0 below 0, NaN above all and equal to itself.
#pragma once

#include <cmath>

namespace pillion {

// -1, 0 or 1.
inline int CompareTotally(double a, double b) noexcept {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a == b) return static_cast<int>(std::signbit(b)) - static_cast<int>(std::signbit(a));
  return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
}

}  // namespace pillion
