// Sets of characters by the names and escapes of java.util.regex, with the character data of
// Java 17 (Unicode 13). Used while patterns are compiled, never per row.
#pragma once

#include <unicode/uniset.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillion {

using CharacterSet = icu::UnicodeSet;

// The inline flags of a pattern that decide what characters match.
struct JavaRegexFlags {
  bool ignore_case = false;      // i
  bool multiline = false;        // m
  bool dot_all = false;          // s
  bool unix_lines = false;       // d
  bool unicode_case = false;     // u
  bool comments = false;         // x
  bool unicode_classes = false;  // U
};

// \p{name}; absent: Java or Pillion does not know the name.
std::optional<CharacterSet> JavaProperty(const std::string& name, const JavaRegexFlags& flags);

// \d \s \w \h \v by their letter; absent: no such class.
std::optional<CharacterSet> JavaEscapeClass(char letter, const JavaRegexFlags& flags);

// What a literal or a range matches under the flags' rules of case.
CharacterSet JavaLiteral(std::int32_t c, const JavaRegexFlags& flags);
CharacterSet JavaRange(std::int32_t first, std::int32_t last, const JavaRegexFlags& flags);

}  // namespace pillion
