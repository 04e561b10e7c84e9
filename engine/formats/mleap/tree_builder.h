// Trees from their nodes in pre-order: finds children and depth with a stack of its own, so that
// no tree is too deep for the thread that reads it. Knows no file format.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/load_error.h"
#include "engine/formats/mleap/tree_file.h"
#include "engine/limits.h"

namespace pillion {

// A node as its line or message has it. What belongs to another kind is ignored.
struct DecisionTreeNode {
  DecisionTreeFile::Kind kind = DecisionTreeFile::Kind::kLeaf;
  bool is_left = false;
  std::int64_t feature = 0;
  double threshold = 0;
  std::vector<double> values;      // of a leaf
  std::vector<double> categories;  // of a categorical split
};

struct ClusterTreeNode {
  std::int32_t index = 0;
  double norm = 0;
  std::vector<double> center;
  std::int64_t child_count = 0;
};

class DecisionTreeBuilder {
 public:
  using Node = DecisionTreeNode;

  explicit DecisionTreeBuilder(const Limits& limits) : depth_max_(limits.tree_depth_max) {}

  // Takes the next node; returns what is wrong with it, without its place.
  // REQUIRES: !is_complete().
  std::optional<Problem> Add(const DecisionTreeNode& node);
  bool is_complete() const { return is_complete_; }
  DecisionTreeFile Take() { return std::move(tree_); }

 private:
  // An internal node whose right subtree has not begun.
  struct Open {
    std::uint32_t node = 0;
    std::uint32_t depth = 0;
  };

  DecisionTreeFile tree_;
  std::vector<Open> open_;
  std::uint32_t next_depth_ = 0;
  std::uint32_t depth_max_;
  bool is_complete_ = false;
};

class ClusterTreeBuilder {
 public:
  using Node = ClusterTreeNode;

  explicit ClusterTreeBuilder(const Limits& limits) : depth_max_(limits.tree_depth_max) {}

  std::optional<Problem> Add(const ClusterTreeNode& node);
  bool is_complete() const { return is_complete_; }
  ClusterTreeFile Take() { return std::move(tree_); }

 private:
  // A node whose subtree has not ended.
  struct Open {
    std::uint32_t node = 0;
    std::uint32_t children_left = 0;
  };

  ClusterTreeFile tree_;
  std::vector<Open> open_;
  std::uint32_t depth_max_;
  bool is_complete_ = false;
};

}  // namespace pillion
