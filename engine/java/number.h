// Numbers as text, as Java 17 writes and reads them. Both are part of what a model computes:
// labels and hashes are made of such text. Locale-free, no allocation.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace pillion {

// Enough for any number that FormatJavaNumber writes.
inline constexpr std::size_t kJavaNumberBytesMax = 32;

// Writes `x` as Double.toString and its like do ("1.0", "1.0E10", "NaN"; integers plain) and
// returns the number of bytes. REQUIRES: kJavaNumberBytesMax bytes of room.
std::size_t FormatJavaNumber(double x, char* buffer) noexcept;
std::size_t FormatJavaNumber(float x, char* buffer) noexcept;
std::size_t FormatJavaNumber(std::int64_t x, char* buffer) noexcept;

// Whether `text` is a number to Double.parseDouble and its like; only then `x` is set.
// Floating point: blanks around it, a sign, hexadecimal, "NaN", "Infinity", a final d or f; too
// large is infinite. Integers: a sign and decimal digits of any script, within range.
bool ParseJavaNumber(std::string_view text, double* x) noexcept;
bool ParseJavaNumber(std::string_view text, float* x) noexcept;
bool ParseJavaNumber(std::string_view text, std::int64_t* x) noexcept;
bool ParseJavaNumber(std::string_view text, std::int32_t* x) noexcept;
bool ParseJavaNumber(std::string_view text, std::int16_t* x) noexcept;
bool ParseJavaNumber(std::string_view text, std::int8_t* x) noexcept;

// Whether every UTF-16 unit of `text` is a decimal digit, of any script.
bool AllJavaDigits(std::string_view text) noexcept;

// Java's conversion of a floating number: toward zero, saturating, NaN is 0; to 8 and 16 bits by
// way of 32.
template <typename To, typename From>
To ToJavaInteger(From x) noexcept {
  using Wide = std::conditional_t<std::is_same_v<To, std::int64_t>, std::int64_t, std::int32_t>;
  constexpr auto kMax = std::numeric_limits<Wide>::max();
  constexpr auto kMin = std::numeric_limits<Wide>::min();
  if (std::isnan(x)) return 0;
  if (x >= -static_cast<From>(kMin)) return static_cast<To>(kMax);
  if (x <= static_cast<From>(kMin)) return static_cast<To>(kMin);
  return static_cast<To>(static_cast<Wide>(x));
}

}  // namespace pillion
