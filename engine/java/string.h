// Text in UTF-8 treated as Java 17 treats its UTF-16 strings, in the root locale. Bytes that are
// no UTF-8 pass through unchanged. No allocation but from the row's arena.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/arena.h"

namespace pillion {

// String.length: UTF-16 units.
std::size_t JavaLength(std::string_view text) noexcept;

// String.toLowerCase, with the final sigma and the dotted I; `text` itself if nothing changes.
// Absent: no room.
std::optional<std::string_view> JavaLowerCase(std::string_view text, Arena& arena) noexcept;
std::string JavaLowerCase(std::string_view text);  // at load

// Whether Character.isLetter holds for every UTF-16 unit; no character beyond the first plane.
bool AllJavaLetters(std::string_view text) noexcept;

// String.compareTo is negative: by UTF-16 units, which is not the order of bytes.
bool JavaLess(std::string_view a, std::string_view b) noexcept;

// What \s of java.util.regex matches.
constexpr bool IsJavaSpace(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace pillion
