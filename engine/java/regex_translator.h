// Patterns of java.util.regex (JDK 17) as patterns of PCRE2 with the same matches.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pillion {

// The pattern for PCRE2 in UTF mode without further options, or what Java or Pillion cannot take:
// "'\X' at position 3: grapheme clusters are not supported".
tl::expected<std::string, std::string> TranslateJavaRegex(std::string_view pattern);

}  // namespace pillion
