#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/forest/forest.h"
#include "engine/forest/forest_walk.h"

namespace pillion {

// The first pair belongs to no tree, so that a leaf has a position before its own.
ForestBuilder::ForestBuilder() {
  forest_.slots_.push_back(0);
  AddPair();
}

std::uint32_t ForestBuilder::AddPair() {
  forest_.pairs_.emplace_back();
  return static_cast<std::uint32_t>(2 * (forest_.pairs_.size() - 1));
}

void ForestBuilder::Add(const std::function<Node(std::uint32_t index)>& node_at) {
  struct Pending {
    std::uint32_t index;     // in the tree
    std::uint32_t position;  // in the forest
    std::uint32_t depth;
  };
  std::vector<Pending> pending = {{0, AddPair(), 0}};
  forest_.roots_.push_back(pending.back().position);
  Tree made;
  while (!pending.empty()) {
    const Pending next = pending.back();
    pending.pop_back();
    const Node source = node_at(next.index);
    made.depth = std::max(made.depth, next.depth);
    if (source.kind == Node::Kind::kLeaf) {
      constexpr auto kNan = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
      At(next.position) = {kNan | source.leaf, 0, next.position - 1};
      leaf_number_max_ = std::max(leaf_number_max_, source.leaf);
      continue;
    }
    const std::uint32_t children = AddPair();
    Forest::Node& node = At(next.position);
    node.left = children;
    made.kind = std::max(made.kind, AddSplit(source, node));
    pending.push_back({source.right, children + 1, next.depth + 1});
    pending.push_back({source.left, children, next.depth + 1});
  }
  trees_.push_back(made);
}

ForestBuilder::Kind ForestBuilder::AddSplit(const Node& split, Forest::Node& node) {
  Kind kind = split.nan_left ? Kind::kNanLeft : Kind::kNumber;
  if (split.kind == Node::Kind::kNumber) {
    node.test = std::bit_cast<std::uint64_t>(split.threshold);
  } else {
    kind = AddCategories(split.categories, split.is_left, node);
  }
  const auto next_slot = static_cast<std::uint32_t>(slot_of_feature_.size() + 1);
  node.slot = slot_of_feature_.try_emplace({kind, split.feature}, next_slot).first->second;
  return kind;
}

ForestBuilder::Kind ForestBuilder::AddCategories(std::span<const double> listed, bool is_left,
                                                 Forest::Node& node) {
  const std::uint64_t other = Forest::CategoryBit(Forest::kOtherCategory);
  std::uint64_t mask = 0;
  for (const double category : listed) mask |= Forest::CategoryBit(category);
  if ((mask & other) == 0) {
    node.test = is_left ? mask : ~mask;
    return Kind::kSet;
  }
  std::vector<double>& categories = forest_.categories_;
  const std::size_t first = categories.size();
  std::copy_if(listed.begin(), listed.end(), std::back_inserter(categories),
               [](double x) { return !std::isnan(x); });
  std::sort(categories.begin() + static_cast<std::ptrdiff_t>(first), categories.end());
  node.test = forest_.sets_.size();
  forest_.sets_.push_back({first, categories.size(), is_left});
  return Kind::kLongSet;
}

// Gives the slots their final numbers: by kind, then by feature.
void ForestBuilder::NumberSlots() {
  std::vector<std::uint32_t> final_number(slot_of_feature_.size() + 1, 0);
  for (const auto& [key, first_number] : slot_of_feature_) {
    const auto& [kind, feature] = key;
    final_number[first_number] = static_cast<std::uint32_t>(forest_.slots_.size());
    forest_.slots_.push_back(feature);
    if (kind <= Kind::kNumber) ++forest_.nan_left_begin_;
    if (kind <= Kind::kNanLeft) ++forest_.sets_begin_;
    if (kind <= Kind::kSet) ++forest_.long_sets_begin_;
    const std::uint32_t size = feature == UINT32_MAX ? feature : feature + 1;
    forest_.size_min_ = std::max(forest_.size_min_, size);
  }
  for (Forest::NodePair& pair : forest_.pairs_) {
    for (Forest::Node& node : pair.nodes) node.slot = final_number[node.slot];
  }
}

// Makes the nodes narrow; false: slots, positions or leaves have too high numbers for that.
// REQUIRES: numbered slots.
bool ForestBuilder::Narrow(std::uint32_t feature_count) {
  // All features are gathered, so beyond this it may pay to choose them.
  constexpr std::uint32_t kFeaturesMax = 1024;
  if (feature_count > kFeaturesMax || leaf_number_max_ > Forest::kNarrowLeafMask) return false;
  const auto slot_bits = static_cast<std::uint32_t>(std::bit_width(2 * feature_count - 1));
  if (forest_.pairs_.size() > (UINT32_MAX >> slot_bits) / 2) return false;
  const auto narrow = [&](const Forest::Node& node) -> Forest::NarrowNode {
    const std::uint32_t left = node.left << slot_bits;
    if (node.slot == 0) {
      constexpr auto kNan = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::quiet_NaN());
      return {kNan | static_cast<std::uint32_t>(node.test), left};
    }
    const bool nan_left = node.slot >= forest_.nan_left_begin_;
    const auto test = static_cast<float>(std::bit_cast<double>(node.test));
    return {std::bit_cast<std::uint32_t>(test),
            left | (forest_.slots_[node.slot] + (nan_left ? feature_count : 0))};
  };
  for (const Forest::NodePair& pair : forest_.pairs_) {
    forest_.narrow_pairs_.push_back({{narrow(pair.nodes[0]), narrow(pair.nodes[1])}});
  }
  forest_.pairs_ = {};
  forest_.slot_bits_ = slot_bits;
  forest_.feature_count_ = feature_count;
  return true;
}

// Puts trees of like form and depth side by side and cuts them into walks.
void ForestBuilder::PlanWalks() {
  // Each lane steps as often as the deepest of its walk; a tree beyond this depth is surely
  // lopsided.
  constexpr std::uint32_t kDepthMax = 64;
  // Forests that leave the second-level cache wait for memory; more lanes wait together.
  constexpr std::uint64_t kCachedBytesMax = 1 << 20;
  using Form = ForestWalk::Form;
  const auto form = [&](std::uint32_t tree) {
    if (!forest_.narrow_pairs_.empty()) return Form::kNarrow;
    const Kind kind = trees_[tree].kind;
    return kind == Kind::kLongSet ? Form::kLongSets
           : kind == Kind::kSet   ? Form::kSets
                                  : Form::kNumbers;
  };
  const auto rank = [&](std::uint32_t tree) { return std::pair(form(tree), trees_[tree].depth); };
  std::vector<std::uint32_t>& order = forest_.order_;
  for (std::uint32_t tree = 0; tree < trees_.size(); ++tree) order.push_back(tree);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  const auto joins = [&](std::uint32_t i, Form f) {
    return i < order.size() && form(order[i]) == f && f != Form::kLongSets &&
           trees_[order[i]].depth <= kDepthMax;
  };
  const std::uint32_t lanes_log2_max = forest_.node_bytes() > kCachedBytesMax ? 4 : 3;
  std::uint32_t first = 0;
  while (first < order.size()) {
    const Form f = form(order[first]);
    std::uint32_t count = 0;
    while (count < 1U << lanes_log2_max && joins(first + count, f)) ++count;
    if (count == 0) {
      forest_.walks_.push_back({first++, 0, ForestWalk::Alone(f)});
      continue;
    }
    const auto lanes_log2 = static_cast<std::uint32_t>(std::bit_width(count)) - 1;
    const std::uint32_t last = first + (1U << lanes_log2) - 1;
    forest_.walks_.push_back(
        {first, trees_[order[last]].depth, ForestWalk::Together(f, lanes_log2)});
    first = last + 1;
  }
}

Forest ForestBuilder::Build() && {
  NumberSlots();
  PlanWalks();
  forest_.pairs_.shrink_to_fit();
  return std::move(forest_);
}

Forest ForestBuilder::BuildForFloats(std::uint32_t feature_count) && {
  NumberSlots();
  Narrow(feature_count);
  PlanWalks();
  forest_.pairs_.shrink_to_fit();
  return std::move(forest_);
}

}  // namespace pillion
