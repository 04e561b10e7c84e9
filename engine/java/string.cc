#include "engine/java/string.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>

#include "engine/java/words.h"

namespace pillion {
namespace {

constexpr UChar32 kCapitalSigma = 0x3a3;
constexpr UChar32 kFinalSigma = 0x3c2;
constexpr UChar32 kDottedCapitalI = 0x130;

bool IsAscii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

// Character.toLowerCase: the simple mapping. Java 17 knows Unicode 13, ICU more.
UChar32 LowerCase(UChar32 c) noexcept {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  const UChar32 lower = u_tolower(c);
  return lower == c || InJavaUnicode(c) ? lower : c;
}

// Room for any text of `size` bytes in lower case: two bytes can become three, no more.
std::size_t LowerCaseBytesMax(std::size_t size) noexcept { return size + size / 2; }

// Returns the number of bytes written.
std::size_t WriteLowerCase(std::string_view text, char* out) noexcept {
  const auto size = static_cast<std::int64_t>(text.size());
  std::int64_t written = 0;
  WordCursor words(text);
  for (std::int64_t i = 0; i < size;) {
    const std::int64_t start = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    if (c < 0) {
      written = std::copy(text.data() + start, text.data() + i, out + written) - out;
    } else if (c == kDottedCapitalI) {
      static constexpr std::string_view kDotted = "i\u0307";
      written = std::copy(kDotted.begin(), kDotted.end(), out + written) - out;
    } else {
      const bool is_final = c == kCapitalSigma && words.EndsCased(static_cast<std::size_t>(start));
      const UChar32 lower = is_final ? kFinalSigma : LowerCase(c);
      U8_APPEND_UNSAFE(out, written, lower);
    }
  }
  return static_cast<std::size_t>(written);
}

bool IsLowerAscii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c & 0x80) != 0 || (c >= 'A' && c <= 'Z'); });
}

}  // namespace

bool InJavaUnicode(std::int32_t c) noexcept {
  UVersionInfo age;
  u_charAge(c, age);
  return age[0] <= 13;
}

std::size_t JavaLength(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xc0) != 0x80;
    units += byte >= 0xf0;
  }
  return units;
}

std::optional<std::string_view> JavaLowerCase(std::string_view text, Arena& arena) noexcept {
  if (IsLowerAscii(text)) return text;
  char* out = arena.Allocate<char>(LowerCaseBytesMax(text.size()));
  if (out == nullptr) return std::nullopt;
  if (!IsAscii(text)) return std::string_view(out, WriteLowerCase(text, out));
  std::transform(text.begin(), text.end(), out,
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return std::string_view(out, text.size());
}

std::string JavaLowerCase(std::string_view text) {
  std::string lower(LowerCaseBytesMax(text.size()), '\0');
  lower.resize(WriteLowerCase(text, lower.data()));
  return lower;
}

bool AllJavaLetters(std::string_view text) noexcept {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    if (c < 0 || c > 0xffff || !u_isalpha(c) || (c >= 0x80 && !InJavaUnicode(c))) return false;
  }
  return true;
}

bool JavaLess(std::string_view a, std::string_view b) noexcept {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
  const auto x = static_cast<unsigned char>(*left);
  const auto y = static_cast<unsigned char>(*right);
  // Characters beyond the first plane (lead bytes from f0) are surrogates in UTF-16, which sort
  // below U+E000 (lead bytes ee and ef).
  if (x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0)) return x >= 0xf0;
  return x < y;
}

}  // namespace pillion
