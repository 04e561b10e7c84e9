// Foreign text inside messages: quoted, control characters replaced, cut to a readable length.
#pragma once

#include <string>
#include <string_view>

namespace pillion {

inline std::string Quote(std::string_view text, char quote = '\'') {
  constexpr std::size_t kCharsMax = 80;
  std::string quoted;
  if (quote != '\0') quoted += quote;
  for (const char c : text.substr(0, kCharsMax)) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  if (text.size() > kCharsMax) quoted += "...";
  if (quote != '\0') quoted += quote;
  return quoted;
}

}  // namespace pillion
