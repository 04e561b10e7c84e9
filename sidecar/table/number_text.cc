#include "sidecar/table/number_text.h"

#include <array>
#include <charconv>
#include <string_view>

#include "engine/java/number.h"

namespace pillion {
namespace {

// unscaled × 10^-scale, as java.math.BigDecimal holds a number.
struct Decimal {
  bool negative = false;
  std::string unscaled;
  int scale = 0;
};

// REQUIRES: what Double.toString writes for a finite number: -?digits.digits(E-?digits)?
Decimal ParseJavaText(std::string_view text) {
  Decimal decimal;
  decimal.negative = text.starts_with('-');
  if (decimal.negative) text.remove_prefix(1);
  int exponent = 0;
  if (const std::size_t e = text.find('E'); e != std::string_view::npos) {
    std::from_chars(text.data() + e + 1, text.data() + text.size(), exponent);
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  decimal.unscaled.append(text.substr(0, point)).append(text.substr(point + 1));
  decimal.scale = static_cast<int>(text.size() - point - 1) - exponent;
  const std::size_t first = decimal.unscaled.find_first_not_of('0');
  if (first == std::string::npos) return {false, "0", decimal.scale};
  decimal.unscaled.erase(0, first);
  return decimal;
}

// BigDecimal.toString.
void Append(const Decimal& decimal, std::string& out) {
  const int digits = static_cast<int>(decimal.unscaled.size());
  const int exponent = digits - 1 - decimal.scale;
  if (decimal.negative) out += '-';
  if (decimal.scale >= 0 && exponent >= -6) {
    const int whole = digits - decimal.scale;
    if (whole <= 0) {
      out.append("0.").append(static_cast<std::size_t>(-whole), '0').append(decimal.unscaled);
      return;
    }
    out.append(decimal.unscaled, 0, static_cast<std::size_t>(whole));
    if (decimal.scale > 0) {
      out.append(1, '.').append(decimal.unscaled, static_cast<std::size_t>(whole));
    }
    return;
  }
  out += decimal.unscaled.front();
  if (digits > 1) out.append(1, '.').append(decimal.unscaled, 1);
  if (exponent != 0) out.append(exponent > 0 ? "E+" : "E").append(std::to_string(exponent));
}

template <typename T>
void AppendFloating(T x, std::string& out) {
  std::array<char, kJavaNumberBytesMax> buffer{};
  const std::size_t size = FormatJavaNumber(x, buffer.data());
  Append(ParseJavaText({buffer.data(), size}), out);
}

}  // namespace

void AppendNumber(double x, std::string& out) { AppendFloating(x, out); }
void AppendNumber(float x, std::string& out) { AppendFloating(x, out); }

void AppendNumber(std::int64_t x, std::string& out) {
  std::array<char, kJavaNumberBytesMax> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x).ptr;
  out.append(buffer.data(), end);
}

}  // namespace pillion
