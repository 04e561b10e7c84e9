#include "engine/formats/mleap/tree_builder.h"

#include <algorithm>
#include <limits>

namespace pillion {
namespace {

using Kind = DecisionTreeFile::Kind;
using Fault = std::optional<Problem>;

Fault TooDeep(std::uint32_t depth_max) {
  return Problem{LoadCode::kOverLimit, {}, "deeper than the limit of " + std::to_string(depth_max)};
}

Fault TooMany() { return Problem{LoadCode::kOverLimit, {}, "too many nodes or values"}; }

Fault OutOfRange(const char* what, std::int64_t found) {
  return Problem{LoadCode::kBadBundle, {}, what + std::to_string(found) + " is out of range"};
}

// The trees count nodes and values in 32 bits.
template <typename Node>
bool HasRoom(const std::vector<Node>& nodes, const std::vector<double>& values,
             std::size_t more_values) {
  constexpr std::size_t kCountMax = std::numeric_limits<std::uint32_t>::max();
  return nodes.size() < kCountMax && more_values <= kCountMax - values.size();
}

}  // namespace

Fault DecisionTreeBuilder::Add(const DecisionTreeNode& node) {
  const bool is_leaf = node.kind == Kind::kLeaf;
  if (!is_leaf && next_depth_ == depth_max_) return TooDeep(depth_max_);
  if (!is_leaf && (node.feature < 0 || node.feature > std::numeric_limits<std::int32_t>::max())) {
    return OutOfRange("the feature index ", node.feature);
  }
  static const std::vector<double> kNone;
  const std::vector<double>& values = is_leaf                           ? node.values
                                      : node.kind == Kind::kCategorical ? node.categories
                                                                        : kNone;
  if (!HasRoom(tree_.nodes, tree_.values, values.size())) return TooMany();
  const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
  DecisionTreeFile::Node& added = tree_.nodes.emplace_back();
  added.kind = node.kind;
  added.values_begin = static_cast<std::uint32_t>(tree_.values.size());
  added.values_count = static_cast<std::uint32_t>(values.size());
  if (!is_leaf) added.feature = static_cast<std::int32_t>(node.feature);
  if (node.kind == Kind::kContinuous) added.threshold = node.threshold;
  if (node.kind == Kind::kCategorical) added.is_left = node.is_left;
  tree_.values.insert(tree_.values.end(), values.begin(), values.end());
  tree_.depth = std::max(tree_.depth, next_depth_);
  if (!is_leaf) {
    open_.push_back({index, next_depth_});
    ++next_depth_;
  } else if (open_.empty()) {
    is_complete_ = true;
  } else {
    tree_.nodes[open_.back().node].right = index + 1;
    next_depth_ = open_.back().depth + 1;
    open_.pop_back();
  }
  return std::nullopt;
}

Fault ClusterTreeBuilder::Add(const ClusterTreeNode& node) {
  if (open_.size() > depth_max_) return TooDeep(depth_max_);
  if (node.child_count < 0 || node.child_count > std::numeric_limits<std::uint32_t>::max()) {
    return OutOfRange("the number of children ", node.child_count);
  }
  if (!HasRoom(tree_.nodes, tree_.centers, node.center.size())) return TooMany();
  const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
  ClusterTreeFile::Node& added = tree_.nodes.emplace_back();
  added.index = node.index;
  added.norm = node.norm;
  added.center_begin = static_cast<std::uint32_t>(tree_.centers.size());
  added.center_count = static_cast<std::uint32_t>(node.center.size());
  added.child_count = static_cast<std::uint32_t>(node.child_count);
  tree_.centers.insert(tree_.centers.end(), node.center.begin(), node.center.end());
  open_.push_back({index, added.child_count});
  while (!open_.empty() && open_.back().children_left == 0) {
    tree_.nodes[open_.back().node].subtree_end = index + 1;
    open_.pop_back();
    if (!open_.empty()) --open_.back().children_left;
  }
  is_complete_ = open_.empty();
  return std::nullopt;
}

}  // namespace pillion
