#include "engine/formats/xgboost/tree_shap.h"

#include <algorithm>

namespace pillion {
namespace {

using PathElement = TreeShap::PathElement;

constexpr std::uint32_t kNoFeature = UINT32_MAX;

// Appends an element and spreads the weights over one length more.
void Extend(PathElement* path, std::uint32_t depth, float zero_fraction, float one_fraction,
            std::uint32_t feature) noexcept {
  path[depth] = {feature, zero_fraction, one_fraction, depth == 0 ? 1.0F : 0.0F};
  const auto length = static_cast<float>(depth + 1);
  for (std::uint32_t i = depth; i-- > 0;) {
    path[i + 1].weight += one_fraction * path[i].weight * static_cast<float>(i + 1) / length;
    path[i].weight = zero_fraction * path[i].weight * static_cast<float>(depth - i) / length;
  }
}

// Takes the element at `index` out again.
void Unwind(PathElement* path, std::uint32_t depth, std::uint32_t index) noexcept {
  const float one_fraction = path[index].one_fraction;
  const float zero_fraction = path[index].zero_fraction;
  const auto length = static_cast<float>(depth + 1);
  float next = path[depth].weight;
  for (std::uint32_t i = depth; i-- > 0;) {
    const auto remaining = static_cast<float>(depth - i);
    if (one_fraction != 0) {
      const float weight = path[i].weight;
      path[i].weight = next * length / (static_cast<float>(i + 1) * one_fraction);
      next = weight - path[i].weight * zero_fraction * remaining / length;
    } else {
      path[i].weight = (path[i].weight * length) / (zero_fraction * remaining);
    }
  }
  for (std::uint32_t i = index; i < depth; ++i) {
    path[i].feature = path[i + 1].feature;
    path[i].zero_fraction = path[i + 1].zero_fraction;
    path[i].one_fraction = path[i + 1].one_fraction;
  }
}

}  // namespace

// The total weight that the path would have without the element at `index`.
float TreeShap::UnwoundSum(const PathElement* path, std::uint32_t depth,
                           std::uint32_t index) noexcept {
  const float one_fraction = path[index].one_fraction;
  const float zero_fraction = path[index].zero_fraction;
  const auto length = static_cast<float>(depth + 1);
  float next = path[depth].weight;
  float total = 0;
  for (std::uint32_t i = depth; i-- > 0;) {
    const float share = static_cast<float>(depth - i) / length;
    if (one_fraction != 0) {
      const float weight = next * length / (static_cast<float>(i + 1) * one_fraction);
      total += weight;
      next = path[i].weight - weight * zero_fraction * share;
    } else if (zero_fraction != 0) {
      total += (path[i].weight / zero_fraction) / share;
    } else {
      failed_ = failed_ || path[i].weight != 0;
    }
  }
  return total;
}

void TreeShap::AddLeaf(const PathElement* path, std::uint32_t depth, float value) noexcept {
  for (std::uint32_t i = 1; i <= depth; ++i) {
    const float weight = UnwoundSum(path, depth, i);
    shares_[path[i].feature] += weight * (path[i].one_fraction - path[i].zero_fraction) * value;
  }
}

// `depth` is the number of different features above. Recursion ends with the tree's depth, which
// is capped at load.
void TreeShap::Visit(BoosterTrees::Position at, std::uint32_t depth, PathElement* parent_path,
                     Edge edge) noexcept {
  PathElement* path = parent_path + depth + 1;
  std::copy(parent_path, parent_path + depth + 1, path);
  Extend(path, depth, edge.zero_fraction, edge.one_fraction, edge.feature);
  if (trees_.IsLeaf(at)) return AddLeaf(path, depth, trees_.LeafValue(at));

  const BoosterTrees::Position left = trees_.Left(at);
  const BoosterTrees::Position hot = trees_.Next(at, features_);
  const BoosterTrees::Position cold = hot == left ? left + 1 : left;
  const float weight = trees_.HessianSum(at);
  Edge incoming = {1, 1, trees_.Feature(at)};
  // A feature that was split on above is undone, to be redone here.
  const PathElement* same = std::find_if(path, path + depth + 1, [&](const PathElement& element) {
    return element.feature == incoming.feature;
  });
  if (same != path + depth + 1) {
    incoming.zero_fraction = same->zero_fraction;
    incoming.one_fraction = same->one_fraction;
    Unwind(path, depth, static_cast<std::uint32_t>(same - path));
    --depth;
  }
  const float hot_fraction = trees_.HessianSum(hot) / weight;
  const float cold_fraction = trees_.HessianSum(cold) / weight;
  Visit(hot, depth + 1, path,
        {hot_fraction * incoming.zero_fraction, incoming.one_fraction, incoming.feature});
  Visit(cold, depth + 1, path, {cold_fraction * incoming.zero_fraction, 0, incoming.feature});
}

bool TreeShap::Add(std::uint32_t tree) noexcept {
  path_[0] = {kNoFeature, 0, 0, 0};  // Copied, never used.
  Visit(trees_.root(tree), 0, path_, {1, 1, kNoFeature});
  return !failed_;
}

}  // namespace pillion
