// The trees of an XGBoost model, checked and walked: float thresholds, strictly below goes left,
// missing values go where the split says. Several trees are walked at a time, as in
// kernels/forest.h; nodes keep the numbers that the file gives them, for those are answers too.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/limits.h"
#include "engine/load_error.h"
#include "engine/xgboost/booster_file.h"

namespace pillion {

class BoosterTrees {
 public:
  // A node's place among all trees' nodes.
  using Position = std::uint32_t;

  // Refuses children that are no tree, features from `feature_count` on, and more depth than the
  // limit.
  static Result<BoosterTrees> Make(const std::vector<BoosterFile::Tree>& trees,
                                   std::uint32_t feature_count, const Limits& limits,
                                   std::string_view where);

  std::uint32_t tree_count() const noexcept { return static_cast<std::uint32_t>(roots_.size()); }
  std::uint32_t depth_max() const noexcept { return depth_max_; }
  // A tree's nodes lie from root to end.
  Position root(std::uint32_t tree) const noexcept { return roots_[tree]; }
  Position end(std::uint32_t tree) const noexcept {
    return tree + 1 < tree_count() ? roots_[tree + 1] : static_cast<Position>(nodes_.size());
  }

  // leaves[tree]: where `x` ends up. `x` has one value a feature, at least one, NaN for missing.
  void FindLeaves(const float* x, Position* leaves) const noexcept;

  bool IsLeaf(Position at) const noexcept { return nodes_[at].left == at - 1; }
  float LeafValue(Position leaf) const noexcept { return nodes_[leaf].value; }
  std::uint32_t Feature(Position split) const noexcept {
    return nodes_[split].feature & kFeatureMask;
  }
  Position Left(Position split) const noexcept { return nodes_[split].left; }
  // Where `x` goes from a split; a leaf leads to itself.
  Position Next(Position at, const float* x) const noexcept;
  // The training weight that came through a node.
  float HessianSum(Position at) const noexcept { return hessian_sums_[at]; }

 private:
  static constexpr std::uint32_t kDefaultLeft = 1U << 31;
  static constexpr std::uint32_t kCategorical = 1U << 30;
  static constexpr std::uint32_t kFeatureMask = kCategorical - 1;

  // A leaf steps onto itself: nothing is below its condition, a NaN, and its `left` is one less
  // than its own position.
  struct Node {
    float condition = 0;        // categorical: the bits of an index into sets_
    std::uint32_t feature = 0;  // with kDefaultLeft and kCategorical
    Position left = 0;          // the right child follows
    float value = 0;            // leaves
  };
  struct CategorySet {  // of categories that go right
    std::size_t begin = 0;
    std::uint32_t word_count = 0;
  };
  struct Walk {
    std::uint32_t first = 0;
    std::uint32_t steps = 0;
    void (*run)(const BoosterTrees&, std::uint32_t first, std::uint32_t steps, const float* x,
                Position* leaves) noexcept = nullptr;
  };

  template <std::size_t lanes>
  static void WalkTogether(const BoosterTrees& trees, std::uint32_t first, std::uint32_t steps,
                           const float* x, Position* leaves) noexcept;
  static void WalkAlone(const BoosterTrees& trees, std::uint32_t first, std::uint32_t steps,
                        const float* x, Position* leaves) noexcept;
  bool ListedRight(const Node& node, float x) const noexcept;
  void AddNode(const BoosterFile::Tree& tree, const BoosterFile::Node& source, Position root);
  float AddCategories(const BoosterFile::Tree& tree, const BoosterFile::Node& source);
  void PlanWalks(const std::vector<std::uint32_t>& depths, const std::vector<bool>& alone);

  std::vector<Node> nodes_;
  std::vector<float> hessian_sums_;  // [position]
  std::vector<Position> roots_;
  std::vector<CategorySet> sets_;
  std::vector<std::uint32_t> category_bits_;
  std::vector<Walk> walks_;
  std::uint32_t depth_max_ = 0;
};

}  // namespace pillion
