// Unsigned integers of up to 1,536 bits on the stack: what exact decimal digits of a double need,
// no more.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace pillion {

class WideInteger {
 public:
  // factor · 5^fives · 2^twos. REQUIRES: fits.
  WideInteger(std::uint64_t factor, int fives, int twos) noexcept : words_{factor} {
    constexpr std::uint64_t kFiveTo27 = 7450580596923828125ULL;
    for (; fives >= 27; fives -= 27) Multiply(kFiveTo27);
    for (; fives > 0; --fives) Multiply(5);
    for (; twos >= 63; twos -= 63) Multiply(1ULL << 63);
    Multiply(1ULL << twos);
  }

  void Multiply(std::uint64_t factor) noexcept {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < used_; ++i) {
      const Double product = Double{words_[i]} * factor + carry;
      words_[i] = static_cast<std::uint64_t>(product);
      carry = static_cast<std::uint64_t>(product >> 64);
    }
    if (carry != 0) words_[used_++] = carry;
  }

  void Add(const WideInteger& other) noexcept {
    used_ = std::max(used_, other.used_);
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < used_; ++i) {
      const Double sum = Double{words_[i]} + other.words_[i] + carry;
      words_[i] = static_cast<std::uint64_t>(sum);
      carry = static_cast<std::uint64_t>(sum >> 64);
    }
    if (carry != 0) words_[used_++] = carry;
  }

  // REQUIRES: not greater than this.
  void Subtract(const WideInteger& other) noexcept {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < used_; ++i) {
      const Double difference = Double{words_[i]} - other.words_[i] - borrow;
      words_[i] = static_cast<std::uint64_t>(difference);
      borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
    }
  }

  int Compare(const WideInteger& other) const noexcept {
    for (std::size_t i = std::max(used_, other.used_); i-- > 0;) {
      if (words_[i] != other.words_[i]) return words_[i] < other.words_[i] ? -1 : 1;
    }
    return 0;
  }

 private:
  __extension__ using Double = unsigned __int128;

  std::array<std::uint64_t, 24> words_;
  std::size_t used_ = 1;  // words above are 0
};

}  // namespace pillion
