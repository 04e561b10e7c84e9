#include "engine/ops/label_table.h"

#include <algorithm>
#include <bit>
#include <random>

namespace pillion {

LabelTable::LabelTable(std::span<const std::string> labels) {
  if (labels.empty()) return;
  std::random_device device;
  seed_ = std::uint64_t{device()} << 32 | device();
  slots_.resize(std::bit_ceil(labels.size() * 2));
  mask_ = slots_.size() - 1;
  std::size_t text_bytes = 0;
  for (const std::string& label : labels) text_bytes += label.size();
  texts_.reserve(text_bytes);  // Views into it are taken while it fills.
  for (std::size_t number = 0; number < labels.size(); ++number) {
    const std::string& label = labels[number];
    const std::uint64_t hash = Hash(label, seed_);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::uint64_t i = hash & mask_;
    while (slots_[i].entry != kNone &&
           (slots_[i].tag != tag || entries_[slots_[i].entry].text != label)) {
      i = (i + 1) & mask_;
    }
    if (slots_[i].entry == kNone) {
      slots_[i] = {tag, static_cast<std::uint32_t>(entries_.size())};
      const char* text = texts_.data() + texts_.size();
      texts_.insert(texts_.end(), label.begin(), label.end());
      entries_.push_back({{text, label.size()}, 0});
    }
    entries_[slots_[i].entry].number = static_cast<std::uint32_t>(number);
  }
}

}  // namespace pillion
