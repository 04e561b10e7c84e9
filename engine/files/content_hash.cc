#include "engine/files/content_hash.h"

#include <nettle/sha2.h>

namespace pillion {
namespace {

static_assert(ContentHash::kBytes == SHA256_DIGEST_SIZE);

class Sha256 {
 public:
  Sha256() { sha256_init(&context_); }

  void Add(std::string_view bytes) {
    sha256_update(&context_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  }
  void Add(std::uint64_t number) {
    std::array<char, 8> bytes;
    for (char& byte : bytes) {
      byte = static_cast<char>(number & 0xff);
      number >>= 8;
    }
    Add({bytes.data(), bytes.size()});
  }
  ContentHash Finish() {
    ContentHash hash;
    sha256_digest(&context_, hash.bytes.size(), hash.bytes.data());
    return hash;
  }

 private:
  sha256_ctx context_;
};

}  // namespace

std::string ContentHash::Hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

bool ContentHasher::Add(std::string_view name, std::string_view bytes) {
  Sha256 content;
  content.Add(bytes);
  const Member member{bytes.size(), content.Finish()};
  return members_.try_emplace(std::string(name), member).first->second == member;
}

ContentHash ContentHasher::Hash() const {
  Sha256 all;
  for (const auto& [name, member] : members_) {
    all.Add(name.size());
    all.Add(name);
    all.Add(member.size);
    all.Add({reinterpret_cast<const char*>(member.hash.bytes.data()), member.hash.bytes.size()});
  }
  return all.Finish();
}

}  // namespace pillion
