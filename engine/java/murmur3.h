// 32-bit Murmur3 with seed 42 over bytes, as Spark and MLeap hash terms.
#pragma once

#include <cstdint>
#include <string_view>

namespace pillion {

// Spark before 2.4 mixed each byte of the tail by itself and with its sign.
enum class MurmurTail : std::uint8_t { kByteWise, kStandard };

std::int32_t Murmur3(std::string_view bytes, MurmurTail tail) noexcept;

// The remainder moved to 0 … size - 1. REQUIRES: size > 0.
constexpr std::int32_t NonNegativeModulo(std::int32_t x, std::int32_t size) noexcept {
  const std::int32_t remainder = x % size;
  return remainder < 0 ? remainder + size : remainder;
}

}  // namespace pillion
