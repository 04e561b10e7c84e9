// Foreign text inside messages: quoted, control characters and what is no UTF-8 replaced, cut to a
// readable length.
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.h"

namespace pillion {

inline std::string Quote(std::string_view text, char quote = '\'') {
  constexpr std::size_t kBytesMax = 80;
  std::size_t size = text.size();
  if (size > kBytesMax) {
    // Not through the middle of a UTF-8 character.
    for (size = kBytesMax; size > 0 && (text[size] & 0xc0) == 0x80;) --size;
  }
  const bool is_utf8 = IsUtf8(text.substr(0, size));
  std::string quoted;
  if (quote != '\0') quoted += quote;
  for (const char c : text.substr(0, size)) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += byte < 0x20 || byte == 0x7f || (byte > 0x7f && !is_utf8) ? '?' : c;
  }
  if (size < text.size()) quoted += "...";
  if (quote != '\0') quoted += quote;
  return quoted;
}

}  // namespace pillion
