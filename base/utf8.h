// Whether bytes are UTF-8, the only text that the engine takes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace pillion {

bool IsUtf8Beyond(std::string_view text) noexcept;

// Short ASCII, which most columns hold, is decided here; the rest by simdjson.
inline bool IsUtf8(std::string_view text) noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const char* const data = text.data();
  const std::size_t size = text.size();
  if (size > 32) return IsUtf8Beyond(text);
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, data + i, sizeof word);
    seen |= word;
  }
  for (; i < size; ++i) seen |= static_cast<std::uint8_t>(data[i]);
  return (seen & kHighBits) == 0 || IsUtf8Beyond(text);
}

}  // namespace pillion
