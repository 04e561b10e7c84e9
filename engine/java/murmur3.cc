#include "engine/java/murmur3.h"

#include <bit>
#include <cstring>

namespace pillion {
namespace {

constexpr std::uint32_t kSeed = 42;

std::uint32_t MixKey(std::uint32_t key) noexcept {
  return std::rotl(key * 0xcc9e2d51U, 15) * 0x1b873593U;
}

std::uint32_t MixHash(std::uint32_t hash, std::uint32_t key) noexcept {
  return std::rotl(hash ^ key, 13) * 5 + 0xe6546b64U;
}

std::uint32_t LoadLittleEndian(const char* bytes) noexcept {
  static_assert(std::endian::native == std::endian::little);
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

}  // namespace

std::int32_t Murmur3(std::string_view bytes, MurmurTail tail) noexcept {
  std::uint32_t hash = kSeed;
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    hash = MixHash(hash, MixKey(LoadLittleEndian(bytes.data() + i)));
  }
  if (tail == MurmurTail::kByteWise) {
    for (; i < bytes.size(); ++i) {
      const auto byte = static_cast<signed char>(bytes[i]);
      hash = MixHash(hash, MixKey(static_cast<std::uint32_t>(std::int32_t{byte})));
    }
  } else {
    std::uint32_t key = 0;
    for (unsigned shift = 0; i < bytes.size(); ++i, shift += 8) {
      key |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << shift;
    }
    hash ^= MixKey(key);
  }
  hash ^= static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6bU;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
  return static_cast<std::int32_t>(hash ^ hash >> 16);
}

}  // namespace pillion
