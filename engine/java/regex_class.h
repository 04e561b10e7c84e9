// Character classes of Java patterns: "[a-z&&[^aeiou]]", "\w", "\p{Lu}".
#pragma once

#include <optional>

#include "engine/java/regex_scanner.h"
#include "engine/java/regex_sets.h"

namespace pillion {

// The class that begins at the current "[". Complaints go to the scanner.
CharacterSet ParseJavaClass(JavaRegexScanner& scanner);

// At a backslash: takes \d, \S, \p{…} and the like; absent: another escape, nothing taken.
std::optional<CharacterSet> TakeJavaEscapeClass(JavaRegexScanner& scanner);

}  // namespace pillion
