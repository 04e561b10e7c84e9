// What identifies the content of a bundle: SHA-256 over the members that loading read, by names
// relative to the bundle and in order of names. Equal for a zip, the same packed anew and the
// directory; members that no load reads do not count, for they change no answer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace pillion {

struct ContentHash {
  static constexpr std::size_t kBytes = 32;

  std::array<std::uint8_t, kBytes> bytes = {};

  // 64 digits in small letters.
  std::string Hex() const;

  friend bool operator==(const ContentHash&, const ContentHash&) = default;
};

class ContentHasher {
 public:
  // Each member once, in any order. False: that name was added before, with other bytes.
  bool Add(std::string_view name, std::string_view bytes);

  // Of what was added so far. Hashed are, a member after the other in order of the bytes of their
  // names: length and bytes of the name, length and SHA-256 of the content; lengths as 64 bits,
  // lowest byte first.
  ContentHash Hash() const;

 private:
  struct Member {
    std::uint64_t size = 0;
    ContentHash hash;

    friend bool operator==(const Member&, const Member&) = default;
  };

  std::map<std::string, Member, std::less<>> members_;
};

}  // namespace pillion
