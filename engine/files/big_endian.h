// Big-endian numbers of bundle files: tensor values and the lengths in tree.pb.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace pillion {

// T of 1, 2, 4 or 8 bytes. REQUIRES: at + sizeof(T) <= bytes.size().
template <typename T>
T ReadBigEndian(std::string_view bytes, std::size_t at) noexcept {
  using Bits = std::conditional_t<
      sizeof(T) == 8, std::uint64_t,
      std::conditional_t<sizeof(T) == 4, std::uint32_t,
                         std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint8_t>>>;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bits = bits << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return std::bit_cast<T>(static_cast<Bits>(bits));
}

}  // namespace pillion
