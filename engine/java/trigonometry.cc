#include "engine/java/trigonometry.h"

#include <array>
#include <cmath>
#include <cstdint>

namespace pillion {
namespace {

struct DoubleDouble {
  double high;
  double low;
};

// sin(πk / 32) to twice the digits, k from 0 to 16.
constexpr std::array<DoubleDouble, 17> kSines = {{
    {0, 0},
    {0x1.917a6bc29b42cp-4, -0x1.e2718d26ed688p-60},
    {0x1.8f8b83c69a60bp-3, -0x1.26d19b9ff8d82p-57},
    {0x1.294062ed59f06p-2, -0x1.5d28da2c4612dp-56},
    {0x1.87de2a6aea963p-2, -0x1.72cedd3d5a610p-57},
    {0x1.e2b5d3806f63bp-2, 0x1.e0d891d3c6841p-58},
    {0x1.1c73b39ae68c8p-1, 0x1.b25dd267f6600p-55},
    {0x1.44cf325091dd6p-1, 0x1.8076a2cfdc6b3p-57},
    {0x1.6a09e667f3bcdp-1, -0x1.bdd3413b26456p-55},
    {0x1.8bc806b151741p-1, -0x1.2c5e12ed1336dp-55},
    {0x1.a9b66290ea1a3p-1, 0x1.9f630e8b6dac8p-60},
    {0x1.c38b2f180bdb1p-1, -0x1.6e0b1757c8d07p-56},
    {0x1.d906bcf328d46p-1, 0x1.457e610231ac2p-56},
    {0x1.e9f4156c62ddap-1, 0x1.760b1e2e3f81ep-55},
    {0x1.f6297cff75cb0p-1, 0x1.562172a361fd3p-56},
    {0x1.fd88da3d12526p-1, -0x1.87df6378811c7p-55},
    {1, 0},
}};

// The sine of a multiple of π / 32, any multiple.
DoubleDouble TableSine(std::uint32_t k) noexcept {
  const std::uint32_t half_turn = k % 32;
  const DoubleDouble sine = kSines[half_turn <= 16 ? half_turn : 32 - half_turn];
  return k % 64 < 32 ? sine : DoubleDouble{-sine.high, -sine.low};
}

double NearestPowerOfTwo(double x) noexcept {
  if (x == 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(std::abs(x), &exponent);
  return std::copysign(std::ldexp(1.0, fraction < 0.75 ? exponent - 1 : exponent), x);
}

// sin(x + πk / 32). With x = Nπ/32 + r + c, B = (N + k) π/32 and σ the power of two nearest to
// cos B, sums sin B + σ r, then (cos B - σ) r, then what Taylor's polynomials of sin r and cos r,
// c and the roundings so far add.
double SinePlus(double x, std::int32_t k) noexcept {
  // π/32 in three parts; N times either of the first two is exact.
  constexpr double kPartHigh = 0x1.921fb544p-4;
  constexpr double kPartMiddle = 0x1.0b4611a6p-38;
  constexpr double kPartLow = 0x1.3198a2e037073p-73;
  constexpr double kInverse = 0x1.45f306dc9c883p+3;
  const auto count = static_cast<std::int32_t>(x * kInverse + std::copysign(0.5, x));
  const double n = count;
  const double rest = x - n * kPartHigh;
  const double middle = n * kPartMiddle;
  const double r = rest - middle;
  const double minus_c = n * kPartLow - ((rest - r) - middle);

  const auto turn = static_cast<std::uint32_t>(count + k);
  const DoubleDouble sine = TableSine(turn);
  const DoubleDouble cosine = TableSine(turn + 16);
  const double sigma = NearestPowerOfTwo(cosine.high);
  const double cosine_rest = (cosine.high - sigma) + cosine.low;
  const double cosine_sum = cosine_rest + sigma;

  const double square = r * r;
  const double fourth = square * square;
  const double of_sine =
      (-1.0 / 6 + 1.0 / 120 * square) + (-1.0 / 5040 + 1.0 / 362880 * rest * r) * fourth;
  const double of_cosine =
      (-1.0 / 2 + 1.0 / 24 * square) + (-1.0 / 720 + 1.0 / 40320 * rest * r) * fourth;

  const double sloped = sigma * r;
  const double first = sine.high + sloped;
  const double flat = cosine_rest * r;
  const double high = first + flat;
  double low = minus_c * (sine.high * r - cosine_sum) + sine.low;
  low += (sine.high - first) + sloped;
  low += (first - high) + flat;
  low += of_sine * (cosine_sum * r * square);
  low += of_cosine * (sine.high * square);
  return high + low;
}

}  // namespace

double JavaSin(double x) noexcept { return SinePlus(x, 0); }
double JavaCos(double x) noexcept { return SinePlus(x, 16); }

}  // namespace pillion
