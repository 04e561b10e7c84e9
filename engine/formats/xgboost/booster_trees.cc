#include "engine/formats/xgboost/booster_trees.h"

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
constexpr float kLeast = -std::numeric_limits<float>::infinity();

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
  const CategorySet& set = sets_[std::bit_cast<std::uint32_t>(node.value)];
  const auto category = static_cast<std::uint32_t>(x);
  return category / 32 < set.word_count &&
         (category_bits_[set.begin + category / 32] >> (category % 32) & 1U) != 0;
}

BoosterTrees::Position BoosterTrees::Next(Position split, const float* x) const noexcept {
  const Node& node = nodes_[split];
  const float value = x[node.feature & kFeatureMask];
  if (std::isnan(value)) return node.left + ((node.feature & kDefaultLeft) != 0 ? 0 : 1);
  const bool is_set = (node.feature & kCategorical) != 0;
  return node.left + ((is_set ? !ListedRight(node, value) : value < node.value) ? 0 : 1);
}

ScoreCode BoosterTrees::FindLeaves(const float* x, Arena& arena,
                                   std::uint32_t** leaves) const noexcept {
  const ScoreCode code = forest_.FindLeaves(x, arena, leaves);
  if (code != ScoreCode::kOk) return code;
  for (const std::uint32_t tree : stragglers_) {
    Position at = roots_[tree];
    while (!IsLeaf(at)) at = Next(at, x);
    (*leaves)[tree] = nodes_[at].feature;
  }
  return ScoreCode::kOk;
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
  Node node = {source.value, source.hessian_sum, 0, 0};
  if (source.left == -1) {
    node.feature = static_cast<std::uint32_t>(leaf_values_.size());
    leaf_values_.push_back(source.value);
    leaf_positions_.push_back(at);
  } else {
    node.left = root + static_cast<Position>(source.left);
    node.feature = source.feature | (source.default_left ? kDefaultLeft : 0) |
                   (source.categorical ? kCategorical : 0);
    if (source.categorical) node.value = AddCategories(tree, source);
  }
  nodes_.push_back(node);
}

// A split as the forest has it: left if at most the float before the condition. Nothing is below
// the least float or a NaN.
ForestBuilder::Node BoosterTrees::ForForest(Position at, Position root) const {
  const Node& node = nodes_[at];
  if (IsLeaf(at)) return {.leaf = node.feature};
  return {.kind = ForestBuilder::Node::Kind::kNumber,
          .nan_left = (node.feature & kDefaultLeft) != 0,
          .feature = Feature(at),
          .left = node.left - root,
          .right = node.left - root + 1,
          .threshold = node.value > kLeast ? std::nextafter(node.value, kLeast)
                                           : std::numeric_limits<float>::quiet_NaN()};
}

// Not XGBoost's sets, nor splits where nothing but what is missing goes left.
bool BoosterTrees::FitsForest(Position at) const {
  const Node& node = nodes_[at];
  if (IsLeaf(at)) return true;
  if ((node.feature & kCategorical) != 0) return false;
  return (node.feature & kDefaultLeft) == 0 || node.value > kLeast;
}

Result<BoosterTrees> BoosterTrees::Make(const std::vector<BoosterFile::Tree>& trees,
                                        std::uint32_t feature_count, const Limits& limits,
                                        std::string_view where) {
  BoosterTrees made;
  ForestBuilder forest;
  for (std::uint32_t tree = 0; tree < trees.size(); ++tree) {
    const BoosterFile::Tree& source = trees[tree];
    TreeCheck check(source, std::min(feature_count, kFeatureMask), limits.tree_depth_max);
    if (std::string problem = check.Run(); !problem.empty()) {
      return Fail(LoadCode::kBadBundle, std::string(where),
                  "tree " + std::to_string(tree) + ": " + problem);
    }
    const auto root = static_cast<Position>(made.nodes_.size());
    made.roots_.push_back(root);
    bool fits = true;
    for (std::size_t i = 0; i < source.nodes.size(); ++i) {
      made.AddNode(source, check.Reached(i) ? source.nodes[i] : BoosterFile::Node(), root);
      fits = fits && made.FitsForest(root + static_cast<Position>(i));
    }
    if (!fits) made.stragglers_.push_back(tree);
    forest.Add([&](std::uint32_t i) {
      return fits ? made.ForForest(root + i, root) : ForestBuilder::Node();  // A leaf stands in.
    });
    made.depth_max_ = std::max(made.depth_max_, check.depth());
  }
  made.forest_ = std::move(forest).BuildForFloats(std::max(feature_count, 1U));
  return made;
}

}  // namespace pillion
