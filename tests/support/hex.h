// Bytes from their hexadecimal text, with blanks between them: "0a 01 6d".
#pragma once

#include <string>
#include <string_view>

namespace pillion::testing {

inline std::string FromHex(std::string_view text) {
  std::string bytes;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() == 2) {
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
  }
  return bytes;
}

}  // namespace pillion::testing
