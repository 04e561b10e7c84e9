// From text to number, frozen at load: the labels of an indexer, the words of a vocabulary.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pillion {

class LabelTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  LabelTable() = default;
  // The number of labels[i] is i; of equal labels the last counts, as in a Scala Map.
  explicit LabelTable(std::span<const std::string> labels);
  LabelTable(LabelTable&&) = default;  // Entries view texts_, which a move keeps in place.
  LabelTable& operator=(LabelTable&&) = default;

  // kNone: not among the labels.
  std::uint32_t Find(std::string_view label) const noexcept {
    if (slots_.empty()) return kNone;
    const std::uint64_t hash = Hash(label, seed_);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::uint64_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot slot = slots_[i];
      if (slot.entry == kNone) return kNone;
      if (slot.tag != tag) continue;
      const Entry& entry = entries_[slot.entry];
      if (entry.text == label) return entry.number;
    }
  }

  bool Contains(std::string_view label) const noexcept { return Find(label) != kNone; }
  std::size_t distinct_count() const noexcept { return entries_.size(); }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = kNone;
  };
  struct Entry {
    std::string_view text;  // in texts_
    std::uint32_t number = 0;
  };

  static std::uint64_t Mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static std::uint64_t Load(const char* bytes, std::size_t count) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, count);
    return word;
  }

  // Folded multiplication over 16 bytes at a time, the form of wyhash. The seed is secret, so
  // that no bundle can choose labels that collide.
  static std::uint64_t Hash(std::string_view text, std::uint64_t seed) noexcept {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    const char* bytes = text.data();
    std::size_t left = text.size();
    std::uint64_t hash = seed;
    for (; left > 16; left -= 16, bytes += 16) {
      hash = Mix(Load(bytes, 8) ^ kOdd, Load(bytes + 8, 8) ^ hash);
    }
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (left >= 8) {  // The two words may overlap.
      first = Load(bytes, 8);
      last = Load(bytes + left - 8, 8);
    } else if (left >= 4) {
      first = Load(bytes, 4);
      last = Load(bytes + left - 4, 4);
    } else if (left > 0) {
      first = static_cast<unsigned char>(bytes[0]) |
              std::uint64_t{static_cast<unsigned char>(bytes[left / 2])} << 8 |
              std::uint64_t{static_cast<unsigned char>(bytes[left - 1])} << 16;
    }
    return Mix(text.size() ^ kOdd, Mix(first ^ kOdd, last ^ hash));
  }

  std::vector<Slot> slots_;  // a power of two, at least twice the labels
  std::vector<Entry> entries_;
  std::vector<char> texts_;
  std::uint64_t mask_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace pillion
