#include "engine/forest/forest.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace pillion {
namespace {

std::uint64_t Bits(double x) noexcept { return std::bit_cast<std::uint64_t>(x); }

// A NaN as less than any number.
template <typename T>
T NanLeast(T x) noexcept {
  return std::isnan(x) ? -std::numeric_limits<T>::infinity() : x;
}

}  // namespace

std::uint64_t Forest::CategoryBit(double x) noexcept {
  const double inside = x >= 0 && x < kOtherCategory ? x : kOtherCategory;
  const auto whole = static_cast<std::uint32_t>(inside);
  return std::uint64_t{1} << (whole == inside ? whole : static_cast<std::uint32_t>(kOtherCategory));
}

std::uint64_t Forest::Encode(std::uint32_t slot, double x) const noexcept {
  if (slot < nan_left_begin_ || slot >= long_sets_begin_) return Bits(x);
  return slot < sets_begin_ ? Bits(NanLeast(x)) : CategoryBit(x);
}

// `read` gives the value of a feature.
template <typename Read>
void Forest::Gather(Read read, std::uint64_t* slots) const noexcept {
  slots[0] = 0;
  for (std::uint32_t s = 1; s < nan_left_begin_; ++s) slots[s] = Bits(read(slots_[s]));
  for (std::uint32_t s = nan_left_begin_; s < slots_.size(); ++s) {
    slots[s] = Encode(s, read(slots_[s]));
  }
}

// Features ascend within each kind, so one pass over the entries serves a kind.
void Forest::GatherSparse(const VectorView& x, std::uint64_t* slots) const noexcept {
  std::uint32_t entry = 0;
  std::uint32_t feature_before = 0;
  Gather(
      [&](std::uint32_t feature) noexcept {
        if (feature < feature_before) entry = 0;
        feature_before = feature;
        const auto wanted = static_cast<std::int32_t>(feature);
        while (entry < x.count && x.indices[entry] < wanted) ++entry;
        return entry < x.count && x.indices[entry] == wanted ? x.values[entry] : 0.0;
      },
      slots);
}

// In blocks, which the compiler turns into vectors.
void Forest::GatherNarrow(const float* __restrict x, float* __restrict slots) const noexcept {
  constexpr std::size_t kBlock = 8;
  const std::size_t count = feature_count_;
  std::copy_n(x, count, slots);
  float* __restrict nan_left = slots + count;
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    for (std::size_t k = 0; k < kBlock; ++k) nan_left[i + k] = NanLeast(x[i + k]);
  }
  for (; i < count; ++i) nan_left[i] = NanLeast(x[i]);
}

bool Forest::GoesLeft(const Node& node, std::uint64_t x) const noexcept {
  const auto number = std::bit_cast<double>(x);
  if (node.slot < sets_begin_) return number <= std::bit_cast<double>(node.test);
  if (node.slot < long_sets_begin_) return (x & node.test) != 0;
  const LongSet& set = sets_[node.test];
  const double* begin = categories_.data() + set.begin;
  const double* end = categories_.data() + set.end;
  const bool listed = !std::isnan(number) && std::binary_search(begin, end, number);
  return listed == set.is_left;
}

// For vectors that lack a feature, which counts only where a split reads it.
ScoreCode Forest::FindLeaf(std::uint32_t root, const VectorView& x,
                           std::uint32_t* leaf) const noexcept {
  const Node* nodes = pairs_.front().nodes;
  const Node* node = nodes + root;
  while (node->slot != 0) {
    const std::uint32_t feature = slots_[node->slot];
    if (feature >= x.size) return ScoreCode::kIndexOutOfBounds;
    const bool left = GoesLeft(*node, Encode(node->slot, EntryAt(x, feature)));
    node = nodes + node->left + (left ? 0 : 1);
  }
  *leaf = static_cast<std::uint32_t>(node->test);
  return ScoreCode::kOk;
}

ScoreCode Forest::FindLeaves(const VectorView& x, Arena& arena,
                             std::uint32_t** leaves) const noexcept {
  auto* found = arena.Allocate<std::uint32_t>(roots_.size());
  auto* slots = arena.Allocate<std::uint64_t>(slots_.size());
  if (found == nullptr || slots == nullptr) return ScoreCode::kTooLarge;
  *leaves = found;
  if (x.size < size_min_) {
    for (std::size_t tree = 0; tree < roots_.size(); ++tree) {
      const ScoreCode code = FindLeaf(roots_[tree], x, &found[tree]);
      if (code != ScoreCode::kOk) return code;
    }
    return ScoreCode::kOk;
  }
  if (x.dense()) {
    Gather([&](std::uint32_t feature) noexcept { return x.values[feature]; }, slots);
  } else {
    GatherSparse(x, slots);
  }
  for (const Walk& walk : walks_) walk.run(*this, walk.first, walk.steps, slots, found);
  return ScoreCode::kOk;
}

ScoreCode Forest::FindLeaves(const float* x, Arena& arena, std::uint32_t** leaves) const noexcept {
  auto* found = arena.Allocate<std::uint32_t>(roots_.size());
  const void* slots = nullptr;
  if (narrow_pairs_.empty()) {
    auto* gathered = arena.Allocate<std::uint64_t>(slots_.size());
    if (gathered != nullptr)
      Gather([&](std::uint32_t f) noexcept { return double{x[f]}; }, gathered);
    slots = gathered;
  } else {
    auto* gathered = arena.Allocate<float>(2 * std::size_t{feature_count_});
    if (gathered != nullptr) GatherNarrow(x, gathered);
    slots = gathered;
  }
  if (found == nullptr || slots == nullptr) return ScoreCode::kTooLarge;
  for (const Walk& walk : walks_) walk.run(*this, walk.first, walk.steps, slots, found);
  *leaves = found;
  return ScoreCode::kOk;
}

}  // namespace pillion
