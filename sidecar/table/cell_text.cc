#include "sidecar/table/cell_text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/quote.h"
#include "engine/java/number.h"

namespace pillion {
namespace {

constexpr std::size_t kWordBytesMax = 9;  // "-infinity"

// `text` in small letters; empty where no word below is that long.
std::string Word(std::string_view text) {
  std::string word;
  if (text.size() > kWordBytesMax) return word;
  for (const char c : text) word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word;
}

std::optional<bool> ParseTruth(std::string_view text) {
  const std::string word = Word(text);
  if (word == "true" || word == "yes") return true;
  if (word == "false" || word == "no") return false;
  return std::nullopt;
}

// As C, Python and Spark spell what is no finite number; Java's own spelling is read before.
std::optional<double> ParseNonFinite(std::string_view text) {
  std::string word = Word(text);
  const bool negative = word.starts_with('-');
  if (negative || word.starts_with('+')) word.erase(0, 1);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (word == "inf" || word == "infinity") return negative ? -kInfinity : kInfinity;
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

// 1.234,5 or 0,5: what many a locale writes.
bool HasDecimalComma(std::string_view text) {
  const std::size_t comma = text.rfind(',');
  if (comma == std::string_view::npos || comma + 1 == text.size()) return false;
  const auto of_number = [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  const std::string_view fraction = text.substr(comma + 1);
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(comma), of_number) &&
         std::all_of(fraction.begin(), fraction.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string Expected(std::string_view what, std::string_view text) {
  std::string message = "expected " + std::string(what) + ", found " + Quote(text);
  if (HasDecimalComma(text)) message += ", which has a comma: write decimals with a point";
  return message;
}

template <typename T>
std::optional<std::string> ParseNumber(std::string_view text, T& x) {
  if (ParseJavaNumber(text, &x)) return std::nullopt;
  const std::string_view solid = WithoutBlanks(text);
  if (const std::optional<bool> truth = ParseTruth(solid)) {
    x = static_cast<T>(*truth ? 1 : 0);
    return std::nullopt;
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (const std::optional<double> number = ParseNonFinite(solid)) {
      x = static_cast<T>(*number);
      return std::nullopt;
    }
    return Expected("a number", text);
  } else {
    // Every double in this range is exact where it is whole.
    constexpr double kMax =
        sizeof(T) == 8 ? 9007199254740992.0 : static_cast<double>(std::numeric_limits<T>::max());
    if (ParseJavaNumber(solid, &x)) return std::nullopt;
    double number = 0;
    if (ParseJavaNumber(solid, &number) && std::trunc(number) == number && number >= -kMax &&
        number <= kMax) {
      x = static_cast<T>(number);
      return std::nullopt;
    }
    return Expected("an integer of " + std::to_string(8 * sizeof(T)) + " bits", text);
  }
}

}  // namespace

std::optional<std::string> ParseCell(std::string_view text, bool& x) {
  const std::string_view solid = WithoutBlanks(text);
  if (const std::optional<bool> truth = ParseTruth(solid)) {
    x = *truth;
    return std::nullopt;
  }
  double number = 0;
  if (!ParseJavaNumber(solid, &number) || std::isnan(number)) {
    return Expected("true or false", text);
  }
  x = number != 0;
  return std::nullopt;
}

std::optional<std::string> ParseCell(std::string_view text, std::int8_t& x) {
  return ParseNumber(text, x);
}
std::optional<std::string> ParseCell(std::string_view text, std::int16_t& x) {
  return ParseNumber(text, x);
}
std::optional<std::string> ParseCell(std::string_view text, std::int32_t& x) {
  return ParseNumber(text, x);
}
std::optional<std::string> ParseCell(std::string_view text, std::int64_t& x) {
  return ParseNumber(text, x);
}
std::optional<std::string> ParseCell(std::string_view text, float& x) {
  return ParseNumber(text, x);
}
std::optional<std::string> ParseCell(std::string_view text, double& x) {
  return ParseNumber(text, x);
}

std::string_view WithoutBlanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace pillion
