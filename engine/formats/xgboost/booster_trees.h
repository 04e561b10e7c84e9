// The trees of an XGBoost model, checked, and walked by a forest: float thresholds, strictly below
// goes left, missing values go where the split says. Keeps the file's nodes beside the forest, for
// their numbers and weights are answers too.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/arena.h"
#include "engine/forest/forest.h"
#include "engine/formats/xgboost/booster_file.h"
#include "engine/limits.h"
#include "schemas/types/score_code.h"

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

  // Finds the leaf that `x` reaches in each tree: (*leaves)[tree], its number among all trees'
  // leaves, in `arena`. `x` has one value a feature, at least one, NaN for missing.
  // Codes: kTooLarge.
  ScoreCode FindLeaves(const float* x, Arena& arena, std::uint32_t** leaves) const noexcept;
  const float* leaf_values() const noexcept { return leaf_values_.data(); }  // [leaf]
  Position LeafPosition(std::uint32_t leaf) const noexcept { return leaf_positions_[leaf]; }

  bool IsLeaf(Position at) const noexcept { return nodes_[at].left == 0; }
  float LeafValue(Position leaf) const noexcept { return nodes_[leaf].value; }
  std::uint32_t Feature(Position split) const noexcept {
    return nodes_[split].feature & kFeatureMask;
  }
  Position Left(Position split) const noexcept { return nodes_[split].left; }
  // Where `x` goes from a split.
  Position Next(Position split, const float* x) const noexcept;
  // The training weight that came through a node.
  float HessianSum(Position at) const noexcept { return nodes_[at].hessian_sum; }

 private:
  static constexpr std::uint32_t kDefaultLeft = 1U << 31;
  static constexpr std::uint32_t kCategorical = 1U << 30;
  static constexpr std::uint32_t kFeatureMask = kCategorical - 1;

  struct Node {
    float value = 0;  // of a leaf; condition; categorical: bits of an index into sets_
    float hessian_sum = 0;
    std::uint32_t feature = 0;  // with kDefaultLeft and kCategorical; of a leaf: its number
    Position left = 0;          // the right child follows; of a leaf: 0
  };
  struct CategorySet {  // of categories that go right
    std::size_t begin = 0;
    std::uint32_t word_count = 0;
  };

  bool ListedRight(const Node& node, float x) const noexcept;
  void AddNode(const BoosterFile::Tree& tree, const BoosterFile::Node& source, Position root);
  float AddCategories(const BoosterFile::Tree& tree, const BoosterFile::Node& source);
  bool FitsForest(Position at) const;
  ForestBuilder::Node ForForest(Position at, Position root) const;

  std::vector<Node> nodes_;
  std::vector<Position> roots_;
  std::vector<CategorySet> sets_;
  std::vector<std::uint32_t> category_bits_;
  std::vector<float> leaf_values_;        // [leaf]
  std::vector<Position> leaf_positions_;  // [leaf]
  Forest forest_;
  std::vector<std::uint32_t> stragglers_;  // trees that no forest can walk
  std::uint32_t depth_max_ = 0;
};

}  // namespace pillion
