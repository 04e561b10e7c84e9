#include "engine/java/gamma_draws.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace pillion {

double GammaDraws::Uniform() {
  const std::uint64_t high = bits_() >> 6;  // 26 bits each
  const std::uint64_t low = bits_() >> 6;
  return static_cast<double>(high << 26 | low) * 0x1p-52;
}

double GammaDraws::Gaussian() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_gaussian_;
  }
  const double angle = 2 * std::numbers::pi * Uniform();
  const double radius = std::sqrt(-2 * std::log(Uniform()));
  spare_gaussian_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double GammaDraws::Next() {
  const double d = shape_ - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    double x = 0;
    double v = 0;
    do {
      x = Gaussian();
      v = 1.0 + c * x;
    } while (v <= 0);
    v = v * v * v;
    const double square = x * x;
    const double u = Uniform();
    if (u < 1.0 - 0.0331 * (square * square)) return scale_ * d * v;
    if (std::log(u) < 0.5 * square + d * (1.0 - v + std::log(v))) return scale_ * d * v;
  }
}

std::vector<double> GammaDraws::Next(std::size_t count) {
  std::vector<double> draws(count);
  for (double& draw : draws) draw = Next();
  return draws;
}

double Digamma(double x) noexcept {
  constexpr double kSmall = 1e-5;
  constexpr double kLarge = 49;
  constexpr double kEulerMascheroni = 0.5772156649015329;
  if (!(x > -1000)) return std::numeric_limits<double>::quiet_NaN();
  // digamma(x) = digamma(x + 1) - 1 / x, the innermost first.
  double steps[1100];
  int count = 0;
  while (!(x > 0 && x <= kSmall) && x < kLarge) {
    steps[count++] = x;
    x += 1.0;
  }
  const double inverse = 1.0 / (x * x);
  double value = x <= kSmall ? -kEulerMascheroni - 1.0 / x
                             : std::log(x) - 0.5 / x -
                                   inverse * (1.0 / 12 + inverse * (1.0 / 120 - inverse / 252));
  while (count > 0) value -= 1.0 / steps[--count];
  return value;
}

}  // namespace pillion
