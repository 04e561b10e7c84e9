// The decimal digits that Double.toString and Float.toString of JDK 17 choose. Up to JDK 18 they
// are not always the shortest: 2.0E23 comes out with 17 digits.
// Knows digits and exponent; the layout of the text is java_number.h's.
#pragma once

#include <array>
#include <cstdint>

namespace pillion {

// 0.d1d2d3… · 10^exponent, with d1 at digits[0].
struct JavaDigits {
  std::array<char, 24> digits;
  int count = 0;
  int exponent = 0;
};

// REQUIRES: finite and greater than 0.
JavaDigits DigitsOf(double x) noexcept;
JavaDigits DigitsOf(float x) noexcept;

}  // namespace pillion
