// TreeSHAP: shares a tree's answer among the features, by how it changes as each of them becomes
// known (Lundberg et al., Consistent individualized feature attribution for tree ensembles).
// The same operations in the same order and precision as XGBoost 2.0.3, src/predictor/
// cpu_treeshap.cc.
#pragma once

#include <cstdint>

#include "engine/formats/xgboost/booster_trees.h"

namespace pillion {

class TreeShap {
 public:
  struct PathElement {
    std::uint32_t feature;
    float zero_fraction;  // of training weight that goes this way without the feature
    float one_fraction;   // 1 if the row goes this way
    float weight;         // of the paths with as many known features as the element's position
  };

  // How many elements a tree of this depth needs.
  static constexpr std::size_t PathLength(std::uint32_t depth) {
    return std::size_t{depth + 2} * (depth + 3) / 2;
  }

  // Adds tree `tree`'s shares to `shares` [feature]. `path` has room for PathLength elements.
  TreeShap(const BoosterTrees& trees, const float* features, PathElement* path,
           float* shares) noexcept
      : trees_(trees), features_(features), path_(path), shares_(shares) {}

  // false: a path that no training row took has weight, where XGBoost stops with an error.
  bool Add(std::uint32_t tree) noexcept;

 private:
  struct Edge {  // how a node is reached
    float zero_fraction;
    float one_fraction;
    std::uint32_t feature;
  };

  void Visit(BoosterTrees::Position at, std::uint32_t depth, PathElement* parent_path,
             Edge edge) noexcept;
  void AddLeaf(const PathElement* path, std::uint32_t depth, float value) noexcept;
  float UnwoundSum(const PathElement* path, std::uint32_t depth, std::uint32_t index) noexcept;

  const BoosterTrees& trees_;
  const float* features_;
  PathElement* path_;
  float* shares_;
  bool failed_ = false;
};

}  // namespace pillion
