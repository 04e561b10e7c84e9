#include "sidecar/models/split.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace pillion {

std::uint32_t SplitBucket(std::string_view salt, std::string_view key) noexcept {
  XXH64_state_t state;
  XXH64_reset(&state, 0);
  XXH64_update(&state, salt.data(), salt.size());
  XXH64_update(&state, key.data(), key.size());
  return static_cast<std::uint32_t>(XXH64_digest(&state) % kSplitBuckets);
}

void RowCounter::Add(std::uint64_t rows) noexcept {
  static std::atomic<std::size_t> threads{0};
  static thread_local const std::size_t part = threads.fetch_add(1, std::memory_order_relaxed);
  parts_[part % parts_.size()].rows.fetch_add(rows, std::memory_order_relaxed);
}

std::uint64_t RowCounter::value() const noexcept {
  std::uint64_t sum = 0;
  for (const Part& part : parts_) sum += part.rows.load(std::memory_order_relaxed);
  return sum;
}

std::size_t Split::ArmOf(std::optional<std::string_view> key) const noexcept {
  const std::size_t rest = arms_.size() - 1;
  if (!key) return rest;
  std::uint32_t bucket = SplitBucket(salt_, *key);
  for (std::size_t i = 0; i < rest; ++i) {
    if (bucket < arms_[i].weight) return arms_[i].loaded == nullptr ? rest : i;
    bucket -= arms_[i].weight;
  }
  return rest;
}

}  // namespace pillion
