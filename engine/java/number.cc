#include "engine/java/number.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

#include "engine/java/digits.h"

namespace pillion {
namespace {

char* Append(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* AppendZeros(char* out, int count) noexcept {
  std::memset(out, '0', static_cast<std::size_t>(count));
  return out + count;
}

char* AppendDigits(char* out, std::string_view digits, int exponent) noexcept {
  const auto count = static_cast<int>(digits.size());
  if (exponent > 0 && exponent < 8) {  // from 1 to below 10^7, and 10^7 rounded up
    const int whole = std::min(count, exponent);
    out = Append(out, digits.substr(0, static_cast<std::size_t>(whole)));
    out = AppendZeros(out, exponent - whole);
    *out++ = '.';
    return Append(out, count > exponent ? digits.substr(static_cast<std::size_t>(exponent)) : "0");
  }
  if (exponent <= 0 && exponent > -3) {  // from 0.001
    out = AppendZeros(Append(out, "0."), -exponent);
    return Append(out, digits);
  }
  *out++ = digits.front();
  *out++ = '.';
  out = Append(out, count > 1 ? digits.substr(1) : "0");
  *out++ = 'E';
  return std::to_chars(out, out + 8, exponent - 1).ptr;
}

template <typename T>
std::size_t FormatFloating(T x, char* buffer) noexcept {
  if (std::isnan(x)) return static_cast<std::size_t>(Append(buffer, "NaN") - buffer);
  char* out = buffer;
  if (std::signbit(x)) *out++ = '-';
  x = std::fabs(x);
  if (std::isinf(x)) {
    out = Append(out, "Infinity");
  } else if (x == 0) {
    out = Append(out, "0.0");
  } else {
    const JavaDigits digits = DigitsOf(x);
    out = AppendDigits(out, {digits.digits.data(), static_cast<std::size_t>(digits.count)},
                       digits.exponent);
  }
  return static_cast<std::size_t>(out - buffer);
}

bool IsDigit(char c) noexcept { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) noexcept {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool TakeSign(std::string_view& text) noexcept {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

// String.trim: everything up to the blank counts as blank.
std::string_view Trim(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A number without sign and suffix, taken apart to check Java's grammar.
struct Numeral {
  std::string_view significand;  // digits with at most one point
  std::string_view exponent;     // after e or p: a sign or none, digits; empty: no exponent
  bool hex = false;
};

bool Split(std::string_view text, Numeral* numeral) noexcept {
  if (text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    numeral->hex = true;
    text.remove_prefix(2);
  }
  std::size_t end = 0;
  std::size_t digits = 0;
  std::size_t points = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (numeral->hex ? IsHexDigit(c) : IsDigit(c)) {
      ++digits;
    } else if (c != '.' || ++points > 1) {
      break;
    }
  }
  if (digits == 0) return false;
  numeral->significand = text.substr(0, end);
  text.remove_prefix(end);
  const char mark = numeral->hex ? 'p' : 'e';
  if (text.empty() || (text.front() | 0x20) != mark) return text.empty() && !numeral->hex;
  numeral->exponent = text.substr(1);
  std::string_view exponent_digits = numeral->exponent;
  TakeSign(exponent_digits);
  return !exponent_digits.empty() &&
         std::all_of(exponent_digits.begin(), exponent_digits.end(), IsDigit);
}

// Whether a number that no finite value is near to is too large rather than too small.
bool IsHuge(const Numeral& numeral) noexcept {
  constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 100;
  std::string_view exponent_digits = numeral.exponent;
  const bool negative = TakeSign(exponent_digits);
  std::int64_t exponent = 0;
  for (const char c : exponent_digits) exponent = std::min(kFar, exponent * 10 + (c - '0'));
  const std::size_t point = std::min(numeral.significand.find('.'), numeral.significand.size());
  const std::size_t first = numeral.significand.find_first_not_of("0.");
  const auto places = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  return (negative ? -exponent : exponent) + places * (numeral.hex ? 4 : 1) > 0;
}

template <typename T>
bool ParseFloating(std::string_view text, T* x) noexcept {
  text = Trim(text);
  const bool negative = TakeSign(text);
  T result = 0;
  if (text == "NaN") {
    result = std::numeric_limits<T>::quiet_NaN();
  } else if (text == "Infinity") {
    result = std::numeric_limits<T>::infinity();
  } else {
    const char suffix = text.empty() ? '\0' : static_cast<char>(text.back() | 0x20);
    // In a hexadecimal number a final d or f is a suffix too, because an exponent stands before.
    if (text.size() > 1 && (suffix == 'd' || suffix == 'f')) text.remove_suffix(1);
    Numeral numeral;
    if (!Split(text, &numeral)) return false;
    const bool is_zero = numeral.significand.find_first_not_of("0.") == std::string_view::npos;
    if (!is_zero) {
      const char* begin = numeral.significand.data();
      const auto status =
          std::from_chars(begin, text.data() + text.size(), result,
                          numeral.hex ? std::chars_format::hex : std::chars_format::general);
      if (status.ec == std::errc::result_out_of_range) {
        result = IsHuge(numeral) ? std::numeric_limits<T>::infinity() : T{0};
      }
    }
  }
  *x = negative ? -result : result;
  return true;
}

// Character.digit of the next character, which is taken from `text`; -1: none. Java looks at
// UTF-16 units, so digits beyond the first plane are none.
int TakeDigit(std::string_view& text) noexcept {
  if (IsDigit(text.front())) {
    const int digit = text.front() - '0';
    text.remove_prefix(1);
    return digit;
  }
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), U8_MAX_LENGTH));
  std::int32_t offset = 0;
  UChar32 c = 0;
  U8_NEXT(text.data(), offset, size, c);
  text.remove_prefix(static_cast<std::size_t>(offset));
  return c < 0 || c > 0xffff ? -1 : u_charDigitValue(c);
}

template <typename T>
bool ParseInteger(std::string_view text, T* x) noexcept {
  const bool negative = TakeSign(text);
  if (text.empty()) return false;
  T result = 0;  // negative, because its range is the larger one
  while (!text.empty()) {
    const int digit = TakeDigit(text);
    if (digit < 0 || __builtin_mul_overflow(result, 10, &result) ||
        __builtin_sub_overflow(result, digit, &result)) {
      return false;
    }
  }
  if (!negative && __builtin_sub_overflow(0, result, &result)) return false;
  *x = result;
  return true;
}

}  // namespace

std::size_t FormatJavaNumber(double x, char* buffer) noexcept { return FormatFloating(x, buffer); }
std::size_t FormatJavaNumber(float x, char* buffer) noexcept { return FormatFloating(x, buffer); }
std::size_t FormatJavaNumber(std::int64_t x, char* buffer) noexcept {
  return static_cast<std::size_t>(std::to_chars(buffer, buffer + kJavaNumberBytesMax, x).ptr -
                                  buffer);
}

bool ParseJavaNumber(std::string_view text, double* x) noexcept { return ParseFloating(text, x); }
bool ParseJavaNumber(std::string_view text, float* x) noexcept { return ParseFloating(text, x); }
bool ParseJavaNumber(std::string_view text, std::int64_t* x) noexcept {
  return ParseInteger(text, x);
}
bool ParseJavaNumber(std::string_view text, std::int32_t* x) noexcept {
  return ParseInteger(text, x);
}
bool ParseJavaNumber(std::string_view text, std::int16_t* x) noexcept {
  return ParseInteger(text, x);
}
bool ParseJavaNumber(std::string_view text, std::int8_t* x) noexcept {
  return ParseInteger(text, x);
}

bool AllJavaDigits(std::string_view text) noexcept {
  while (!text.empty()) {
    if (TakeDigit(text) < 0) return false;
  }
  return true;
}

}  // namespace pillion
