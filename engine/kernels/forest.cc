#include "engine/kernels/forest.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace pillion {
namespace {

constexpr double kOtherCategory = 63;

double Number(std::uint64_t bits) noexcept { return std::bit_cast<double>(bits); }

// The one bit that stands for category `x` in a set's mask.
std::uint64_t CategoryBit(double x) noexcept {
  const double inside = x >= 0 && x < kOtherCategory ? x : kOtherCategory;
  const auto whole = static_cast<std::uint32_t>(inside);
  return std::uint64_t{1} << (whole == inside ? whole : static_cast<std::uint32_t>(kOtherCategory));
}

std::uint32_t LeafNumber(std::uint64_t test) noexcept { return static_cast<std::uint32_t>(test); }

}  // namespace

std::uint64_t Forest::Encode(std::uint32_t slot, double x) const noexcept {
  const bool is_set = slot >= sets_begin_ && slot < long_sets_begin_;
  return is_set ? CategoryBit(x) : std::bit_cast<std::uint64_t>(x);
}

// REQUIRES: x.size >= size_min_.
void Forest::Gather(const VectorView& x, std::uint64_t* slots) const noexcept {
  const auto slot_count = static_cast<std::uint32_t>(slots_.size());
  slots[0] = 0;
  if (x.dense()) {
    for (std::uint32_t s = 1; s < sets_begin_; ++s) {
      slots[s] = std::bit_cast<std::uint64_t>(x.values[slots_[s]]);
    }
    for (std::uint32_t s = sets_begin_; s < slot_count; ++s)
      slots[s] = Encode(s, x.values[slots_[s]]);
    return;
  }
  // Features ascend within each kind, so one pass over the entries serves a kind.
  std::uint32_t entry = 0;
  for (std::uint32_t s = 1; s < slot_count; ++s) {
    if (s == sets_begin_ || s == long_sets_begin_) entry = 0;
    const auto feature = static_cast<std::int32_t>(slots_[s]);
    while (entry < x.count && x.indices[entry] < feature) ++entry;
    const bool stored = entry < x.count && x.indices[entry] == feature;
    slots[s] = Encode(s, stored ? x.values[entry] : 0.0);
  }
}

// Walks `lanes` trees in step. That hides the latency of the loads; the trip count is the deepest
// tree's, since asking whether all lanes have arrived costs more than the steps it saves.
template <std::size_t lanes, bool with_sets>
void Forest::WalkTogether(const Forest& forest, std::uint32_t first, std::uint32_t steps,
                          const std::uint64_t* slots, std::uint32_t* leaves) noexcept {
  const Node* nodes = forest.nodes();
  const std::uint32_t sets_begin = forest.sets_begin_;
  const auto step = [&](std::uint32_t at) {
    const Node node = nodes[at];
    const std::uint64_t x = slots[node.slot];
    std::uint32_t right = Number(x) <= Number(node.test) ? 0 : 1;
    if constexpr (with_sets) {
      // Chosen by bits: the compiler turns a conditional into a branch here.
      const std::uint32_t outside = (x & node.test) == 0 ? 1 : 0;
      const std::uint32_t is_set = node.slot >= sets_begin ? 1 : 0;
      right ^= (right ^ outside) & is_set;
    }
    return node.left + right;
  };
  const std::uint32_t* trees = forest.order_.data() + first;
  [&]<std::size_t... lane>(std::index_sequence<lane...>) {
    std::uint32_t at[lanes] = {forest.roots_[trees[lane]]...};
    for (std::uint32_t i = 0; i < steps; ++i) ((at[lane] = step(at[lane])), ...);
    ((leaves[trees[lane]] = LeafNumber(nodes[at[lane]].test)), ...);
  }
  (std::make_index_sequence<lanes>());
}

bool Forest::GoesLeft(const Node& node, std::uint64_t x) const noexcept {
  if (node.slot < sets_begin_) return Number(x) <= Number(node.test);
  if (node.slot < long_sets_begin_) return (x & node.test) != 0;
  const LongSet& set = sets_[node.test];
  const double* begin = categories_.data() + set.begin;
  const double* end = categories_.data() + set.end;
  const bool listed = !std::isnan(Number(x)) && std::binary_search(begin, end, Number(x));
  return listed == set.is_left;
}

// One tree, reading features as it meets them: for trees that cannot be walked with others, and
// for vectors that lack a feature, which counts only where a split reads it.
ScoreCode Forest::FindLeaf(std::uint32_t root, const VectorView& x,
                           std::uint32_t* leaf) const noexcept {
  const Node* node = nodes() + root;
  while (node->slot != 0) {
    const std::uint32_t feature = slots_[node->slot];
    if (feature >= x.size) return ScoreCode::kIndexOutOfBounds;
    const bool left = GoesLeft(*node, Encode(node->slot, EntryAt(x, feature)));
    node = nodes() + node->left + (left ? 0 : 1);
  }
  *leaf = LeafNumber(node->test);
  return ScoreCode::kOk;
}

ScoreCode Forest::FindLeaves(const VectorView& x, Arena& arena,
                             const std::uint32_t** leaves) const noexcept {
  auto* found = arena.Allocate<std::uint32_t>(roots_.size());
  auto* slots = arena.Allocate<std::uint64_t>(slots_.size());
  if (found == nullptr || slots == nullptr) return ScoreCode::kTooLarge;
  *leaves = found;
  const bool complete = x.size >= size_min_;
  if (complete) {
    Gather(x, slots);
    for (const Walk& walk : walks_) walk.run(*this, walk.first, walk.steps, slots, found);
  }
  for (std::size_t i = complete ? walked_alone_begin_ : 0; i < order_.size(); ++i) {
    const ScoreCode code = FindLeaf(roots_[order_[i]], x, &found[order_[i]]);
    if (code != ScoreCode::kOk) return code;
  }
  return ScoreCode::kOk;
}

ForestBuilder::ForestBuilder() { forest_.slots_.push_back(0); }

std::uint32_t ForestBuilder::AddPair() {
  forest_.pairs_.emplace_back();
  return static_cast<std::uint32_t>(2 * (forest_.pairs_.size() - 1));
}

void ForestBuilder::Add(const DecisionTreeFile& tree) {
  struct Pending {
    std::uint32_t index;     // into tree.nodes
    std::uint32_t position;  // in the forest
  };
  std::vector<Pending> pending = {{0, AddPair()}};
  forest_.roots_.push_back(pending.back().position);
  trees_.push_back({tree.depth, Kind::kNumber});
  while (!pending.empty()) {
    const Pending next = pending.back();
    pending.pop_back();
    const DecisionTreeFile::Node& source = tree.nodes[next.index];
    if (source.kind == DecisionTreeFile::Kind::kLeaf) {
      const auto nan = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
      At(next.position) = {nan | leaf_count_++, 0, next.position - 1};
      continue;
    }
    const std::uint32_t children = AddPair();
    Forest::Node& node = At(next.position);
    node.left = children;
    trees_.back().kind = std::max(trees_.back().kind, AddSplit(tree, source, node));
    pending.push_back({source.right, children + 1});
    pending.push_back({next.index + 1, children});
  }
}

ForestBuilder::Kind ForestBuilder::AddSplit(const DecisionTreeFile& tree,
                                            const DecisionTreeFile::Node& split,
                                            Forest::Node& node) {
  Kind kind = Kind::kNumber;
  if (split.kind == DecisionTreeFile::Kind::kContinuous) {
    node.test = std::bit_cast<std::uint64_t>(split.threshold);
  } else {
    const double* begin = tree.values.data() + split.values_begin;
    kind = AddCategories(begin, begin + split.values_count, split.is_left, node);
  }
  const auto feature = static_cast<std::uint32_t>(split.feature);
  const auto next_slot = static_cast<std::uint32_t>(slot_of_feature_.size() + 1);
  node.slot = slot_of_feature_.try_emplace({kind, feature}, next_slot).first->second;
  return kind;
}

ForestBuilder::Kind ForestBuilder::AddCategories(const double* begin, const double* end,
                                                 bool is_left, Forest::Node& node) {
  const std::uint64_t other = CategoryBit(kOtherCategory);
  std::uint64_t mask = 0;
  for (const double* category = begin; category != end; ++category) mask |= CategoryBit(*category);
  if ((mask & other) == 0) {
    node.test = is_left ? mask : ~mask;
    return Kind::kSet;
  }
  std::vector<double>& categories = forest_.categories_;
  const std::size_t first = categories.size();
  std::copy_if(begin, end, std::back_inserter(categories), [](double x) { return !std::isnan(x); });
  std::sort(categories.begin() + static_cast<std::ptrdiff_t>(first), categories.end());
  node.test = forest_.sets_.size();
  forest_.sets_.push_back({first, categories.size(), is_left});
  return Kind::kLongSet;
}

// Gives the slots their final numbers: by kind, then by feature.
void ForestBuilder::NumberSlots() {
  std::vector<std::uint32_t> final_number(slot_of_feature_.size() + 1, 0);
  forest_.sets_begin_ = forest_.long_sets_begin_ = 1;
  for (const auto& [key, first_number] : slot_of_feature_) {
    const auto& [kind, feature] = key;
    final_number[first_number] = static_cast<std::uint32_t>(forest_.slots_.size());
    forest_.slots_.push_back(feature);
    if (kind == Kind::kNumber) ++forest_.sets_begin_;
    if (kind != Kind::kLongSet) ++forest_.long_sets_begin_;
    const std::uint32_t size = feature == UINT32_MAX ? feature : feature + 1;
    forest_.size_min_ = std::max(forest_.size_min_, size);
  }
  for (Forest::NodePair& pair : forest_.pairs_) {
    for (Forest::Node& node : pair.nodes) node.slot = final_number[node.slot];
  }
}

// Puts trees of like kind and depth side by side and cuts them into walks.
void ForestBuilder::PlanWalks() {
  // Each lane steps as often as the deepest of its walk; a tree beyond this depth is surely
  // lopsided.
  constexpr std::uint32_t kDepthMax = 64;
  // Forests that leave the second-level cache wait for memory; more lanes wait together.
  constexpr std::uint64_t kCachedBytesMax = 1 << 20;
  using Run = decltype(Forest::Walk::run);
  static constexpr Run kNumbers[] = {Forest::WalkTogether<1, false>, Forest::WalkTogether<2, false>,
                                     Forest::WalkTogether<4, false>, Forest::WalkTogether<8, false>,
                                     Forest::WalkTogether<16, false>};
  static constexpr Run kSets[] = {Forest::WalkTogether<1, true>, Forest::WalkTogether<2, true>,
                                  Forest::WalkTogether<4, true>, Forest::WalkTogether<8, true>,
                                  Forest::WalkTogether<16, true>};
  const auto rank = [&](std::uint32_t tree) {
    const Tree& t = trees_[tree];
    const bool alone = t.kind == Kind::kLongSet || t.depth > kDepthMax;
    return std::pair(alone ? Kind::kLongSet : t.kind, t.depth);
  };
  std::vector<std::uint32_t>& order = forest_.order_;
  for (std::uint32_t tree = 0; tree < trees_.size(); ++tree) order.push_back(tree);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  const auto size_log2_max = forest_.node_bytes() > kCachedBytesMax ? 4U : 3U;
  std::uint32_t first = 0;
  while (first < order.size() && rank(order[first]).first != Kind::kLongSet) {
    const Kind kind = rank(order[first]).first;
    std::uint32_t end = first;
    while (end < order.size() && rank(order[end]).first == kind) ++end;
    while (first < end) {
      const auto size_log2 = std::min(std::bit_width(end - first) - 1U, size_log2_max);
      const std::uint32_t last = first + (1U << size_log2) - 1;
      const Run run = (kind == Kind::kNumber ? kNumbers : kSets)[size_log2];
      forest_.walks_.push_back({first, trees_[order[last]].depth, run});
      first = last + 1;
    }
  }
  forest_.walked_alone_begin_ = first;
}

Forest ForestBuilder::Build() && {
  NumberSlots();
  PlanWalks();
  forest_.pairs_.shrink_to_fit();
  return std::move(forest_);
}

}  // namespace pillion
