#include "engine/xgboost/booster_trees.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace pillion {
namespace {

// Floats hold whole numbers up to here; categories beyond count as unknown.
constexpr float kCategoryEnd = 16777216.0F;

// Finds what is wrong with a tree's nodes, and how deep it is.
class TreeCheck {
 public:
  TreeCheck(const BoosterFile::Tree& tree, std::uint32_t feature_count, std::uint32_t depth_max)
      : tree_(tree), feature_count_(feature_count), depth_max_(depth_max) {}

  // Empty: nothing.
  std::string Run() {
    if (tree_.leaf_size > 1) return "leaves with a value for each target are not supported";
    if (tree_.nodes.empty()) return "expected nodes, found none";
    reached_.assign(tree_.nodes.size(), false);
    std::vector<std::pair<std::size_t, std::uint32_t>> pending = {{0, 0}};  // node, depth
    while (!pending.empty()) {
      const auto [index, depth] = pending.back();
      pending.pop_back();
      if (reached_[index]) return "node " + std::to_string(index) + " is reached twice";
      reached_[index] = true;
      depth_ = std::max(depth_, depth);
      const BoosterFile::Node& node = tree_.nodes[index];
      if (node.left == -1) continue;
      if (depth == depth_max_) return "deeper than the limit of " + std::to_string(depth_max_);
      if (std::string problem = CheckSplit(node, index); !problem.empty()) return problem;
      const auto left = static_cast<std::size_t>(node.left);
      pending.push_back({left + 1, depth + 1});
      pending.push_back({left, depth + 1});
    }
    return {};
  }

  std::uint32_t depth() const { return depth_; }
  // Pruned nodes stay in the file, but lead nowhere.
  bool Reached(std::size_t node) const { return reached_[node]; }

 private:
  std::string CheckSplit(const BoosterFile::Node& node, std::size_t index) const {
    const std::string name = "node " + std::to_string(index);
    const auto count = static_cast<std::int64_t>(tree_.nodes.size());
    // XGBoost takes it for granted that the right child follows the left one.
    if (node.left < 0 || std::int64_t{node.left} + 1 >= count || node.right != node.left + 1) {
      return name + " has the children " + std::to_string(node.left) + " and " +
             std::to_string(node.right) + " of " + std::to_string(count) + " nodes";
    }
    if (node.feature >= feature_count_) {
      return name + " splits on feature " + std::to_string(node.feature) + " of " +
             std::to_string(feature_count_);
    }
    if (!node.categorical) return {};
    if (node.categories_count == 0) return name + " has no categories";
    for (std::uint32_t i = 0; i < node.categories_count; ++i) {
      const std::int32_t category = tree_.categories[node.categories_begin + i];
      if (category >= 0 && static_cast<float>(category) < kCategoryEnd) continue;
      return name + " has the category " + std::to_string(category);
    }
    return {};
  }

  const BoosterFile::Tree& tree_;
  std::uint32_t feature_count_;
  std::uint32_t depth_max_;
  std::uint32_t depth_ = 0;
  std::vector<bool> reached_;
};

}  // namespace

bool BoosterTrees::ListedRight(const Node& node, float x) const noexcept {
  if (!(x >= 0 && x < kCategoryEnd)) return false;
  const CategorySet& set = sets_[std::bit_cast<std::uint32_t>(node.condition)];
  const auto category = static_cast<std::uint32_t>(x);
  return category / 32 < set.word_count &&
         (category_bits_[set.begin + category / 32] >> (category % 32) & 1U) != 0;
}

BoosterTrees::Position BoosterTrees::Next(Position at, const float* x) const noexcept {
  const Node& node = nodes_[at];
  const float value = x[node.feature & kFeatureMask];
  if (std::isnan(value)) return node.left + ((node.feature & kDefaultLeft) != 0 ? 0 : 1);
  const bool is_set = (node.feature & kCategorical) != 0;
  return node.left + ((is_set ? !ListedRight(node, value) : value < node.condition) ? 0 : 1);
}

// As Forest::WalkTogether.
template <std::size_t lanes>
void BoosterTrees::WalkTogether(const BoosterTrees& trees, std::uint32_t first, std::uint32_t steps,
                                const float* x, Position* leaves) noexcept {
  const Node* nodes = trees.nodes_.data();
  const auto step = [&](Position at) {
    const Node node = nodes[at];
    const float value = x[node.feature & kFeatureMask];
    const bool missing_left = (value != value) & ((node.feature & kDefaultLeft) != 0);
    const bool left = (value < node.condition) | missing_left;
    return node.left + static_cast<Position>(!left);
  };
  [&]<std::size_t... lane>(std::index_sequence<lane...>) {
    Position at[lanes] = {trees.roots_[first + lane]...};
    for (std::uint32_t i = 0; i < steps; ++i) ((at[lane] = step(at[lane])), ...);
    ((leaves[first + lane] = at[lane]), ...);
  }
  (std::make_index_sequence<lanes>());
}

void BoosterTrees::WalkAlone(const BoosterTrees& trees, std::uint32_t first, std::uint32_t,
                             const float* x, Position* leaves) noexcept {
  Position at = trees.roots_[first];
  while (!trees.IsLeaf(at)) at = trees.Next(at, x);
  leaves[first] = at;
}

void BoosterTrees::FindLeaves(const float* x, Position* leaves) const noexcept {
  for (const Walk& walk : walks_) walk.run(*this, walk.first, walk.steps, x, leaves);
}

float BoosterTrees::AddCategories(const BoosterFile::Tree& tree, const BoosterFile::Node& source) {
  const auto begin = tree.categories.begin() + source.categories_begin;
  const auto end = begin + source.categories_count;
  const auto word_count = static_cast<std::uint32_t>(*std::max_element(begin, end)) / 32 + 1;
  const std::size_t first = category_bits_.size();
  category_bits_.resize(first + word_count);
  std::for_each(begin, end, [&](std::int32_t category) {
    const auto bit = static_cast<std::uint32_t>(category);
    category_bits_[first + bit / 32] |= 1U << (bit % 32);
  });
  sets_.push_back({first, word_count});
  return std::bit_cast<float>(static_cast<std::uint32_t>(sets_.size() - 1));
}

void BoosterTrees::AddNode(const BoosterFile::Tree& tree, const BoosterFile::Node& source,
                           Position root) {
  const auto at = static_cast<Position>(nodes_.size());
  Node node;
  if (source.left == -1) {
    node = {std::numeric_limits<float>::quiet_NaN(), 0, at - 1, source.value};
  } else {
    node.left = root + static_cast<Position>(source.left);
    node.feature = source.feature | (source.default_left ? kDefaultLeft : 0) |
                   (source.categorical ? kCategorical : 0);
    node.condition = source.categorical ? AddCategories(tree, source) : source.value;
  }
  nodes_.push_back(node);
  hessian_sums_.push_back(source.hessian_sum);
}

void BoosterTrees::PlanWalks(const std::vector<std::uint32_t>& depths,
                             const std::vector<bool>& alone) {
  constexpr std::uint32_t kLanes = 8;
  const auto joins = [&](std::uint32_t tree) { return tree < tree_count() && !alone[tree]; };
  std::uint32_t first = 0;
  while (first < tree_count()) {
    std::uint32_t count = 0;
    while (count < kLanes && joins(first + count)) ++count;
    if (count == 0) {
      walks_.push_back({first++, 0, WalkAlone});
      continue;
    }
    const std::uint32_t lanes = std::bit_floor(count);
    const std::uint32_t steps =
        *std::max_element(depths.begin() + first, depths.begin() + first + lanes);
    walks_.push_back({first, steps,
                      lanes == 8   ? WalkTogether<8>
                      : lanes == 4 ? WalkTogether<4>
                      : lanes == 2 ? WalkTogether<2>
                                   : WalkTogether<1>});
    first += lanes;
  }
}

Result<BoosterTrees> BoosterTrees::Make(const std::vector<BoosterFile::Tree>& trees,
                                        std::uint32_t feature_count, const Limits& limits,
                                        std::string_view where) {
  constexpr std::uint32_t kDepthTogetherMax = 64;  // Deeper trees are lopsided.
  BoosterTrees made;
  std::vector<std::uint32_t> depths;
  std::vector<bool> alone;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    TreeCheck check(trees[i], std::min(feature_count, kFeatureMask), limits.tree_depth_max);
    if (std::string problem = check.Run(); !problem.empty()) {
      return Fail(LoadCode::kBadBundle, std::string(where),
                  "tree " + std::to_string(i) + ": " + problem);
    }
    const auto root = static_cast<Position>(made.nodes_.size());
    bool categorical = false;
    for (std::size_t n = 0; n < trees[i].nodes.size(); ++n) {
      const BoosterFile::Node& node = trees[i].nodes[n];
      made.AddNode(trees[i], check.Reached(n) ? node : BoosterFile::Node(), root);
      categorical = categorical || node.categorical;
    }
    made.roots_.push_back(root);
    depths.push_back(check.depth());
    alone.push_back(categorical || check.depth() > kDepthTogetherMax);
    made.depth_max_ = std::max(made.depth_max_, check.depth());
  }
  made.PlanWalks(depths, alone);
  return made;
}

}  // namespace pillion
