#include "base/json_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace pillion {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t SkipDigits(std::string_view text, std::size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

// RFC 8259: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool IsJsonNumber(std::string_view text) {
  if (text.size() > kJsonNumberCharsMax) return false;
  std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t whole_end = SkipDigits(text, at);
  if (whole_end == at || (text[at] == '0' && whole_end > at + 1)) return false;
  at = whole_end;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction_end = SkipDigits(text, at + 1);
    if (fraction_end == at + 1) return false;
    at = fraction_end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent_end = SkipDigits(text, at);
    if (exponent_end == at) return false;
    at = exponent_end;
  }
  return at == text.size();
}

// A number as digits × 10^exponent, without zeros at either end; zero has no digits.
struct Decimal {
  bool negative = false;
  std::array<char, kJsonNumberCharsMax> digits{};
  int digit_count = 0;
  std::int64_t exponent = 0;
};

// REQUIRES: IsJsonNumber(text).
Decimal Decompose(std::string_view text) {
  Decimal decimal;
  bool in_fraction = false;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '-') {
      decimal.negative = true;
    } else if (text[at] == '.') {
      in_fraction = true;
    } else {
      if (in_fraction) --decimal.exponent;
      if (text[at] == '0' && decimal.digit_count == 0) continue;
      decimal.digits[static_cast<std::size_t>(decimal.digit_count++)] = text[at];
    }
  }
  while (decimal.digit_count > 0 &&
         decimal.digits[static_cast<std::size_t>(decimal.digit_count) - 1] == '0') {
    --decimal.digit_count;
    ++decimal.exponent;
  }
  if (at < text.size()) {
    const std::size_t begin = text[at + 1] == '+' ? at + 2 : at + 1;
    std::int64_t exponent = 0;
    const auto [end, error] =
        std::from_chars(text.data() + begin, text.data() + text.size(), exponent);
    constexpr std::int64_t kFarAway = 1'000'000'000;  // Beyond what any type can hold.
    if (error != std::errc()) exponent = text[begin] == '-' ? -kFarAway : kFarAway;
    decimal.exponent += std::clamp(exponent, -kFarAway, kFarAway);
  }
  return decimal;
}

// The value of a number that is too large or too small for T.
template <typename T>
T BeyondRange(std::string_view text) {
  const Decimal decimal = Decompose(text);
  if (decimal.digit_count == 0 || decimal.exponent + decimal.digit_count < 0) return 0;
  const T infinity = std::numeric_limits<T>::infinity();
  return decimal.negative ? -infinity : infinity;
}

template <typename T>
std::optional<T> ParseFloating(std::string_view token) {
  if (!IsJsonNumber(token)) return std::nullopt;
  T value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error == std::errc::result_out_of_range) return BeyondRange<T>(token);
  return value + T{0};  // -0.0 + 0.0 is 0.0
}

}  // namespace

std::optional<double> ParseJsonDouble(std::string_view token) noexcept {
  return ParseFloating<double>(token);
}

std::optional<float> ParseJsonFloat(std::string_view token) noexcept {
  return ParseFloating<float>(token);
}

std::optional<std::int64_t> ParseJsonInteger(std::string_view token) noexcept {
  if (!IsJsonNumber(token)) return std::nullopt;
  std::int64_t value = 0;
  const char* end = token.data() + token.size();
  const auto plain = std::from_chars(token.data(), end, value);
  if (plain.ptr == end) {
    return plain.ec == std::errc() ? std::optional(value) : std::nullopt;
  }
  const Decimal decimal = Decompose(token);
  if (decimal.digit_count == 0) return 0;
  constexpr int kDigitsMax = std::numeric_limits<std::int64_t>::digits10 + 1;
  if (decimal.exponent < 0 || decimal.exponent + decimal.digit_count > kDigitsMax) {
    return std::nullopt;
  }
  std::array<char, kDigitsMax + 1> text{};
  char* out = text.data();
  if (decimal.negative) *out++ = '-';
  out = std::copy_n(decimal.digits.data(), decimal.digit_count, out);
  out = std::fill_n(out, decimal.exponent, '0');
  const auto [parsed, error] = std::from_chars(text.data(), out, value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace pillion
