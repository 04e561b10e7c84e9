// Decision trees and cluster trees as bundles store them: nodes in pre-order, one JSON object a
// line or length-prefixed protobuf messages. Read without recursion.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/formats/mleap/bundle.h"
#include "engine/limits.h"

namespace pillion {

// Node 0 is the root; the left child of an internal node i is i + 1.
struct DecisionTreeFile {
  enum class Kind : std::uint8_t { kLeaf, kContinuous, kCategorical };
  struct Node {
    double threshold = 0;            // continuous: left if value <= threshold
    std::uint32_t right = 0;         // internal: index of the right child
    std::int32_t feature = 0;        // internal
    std::uint32_t values_begin = 0;  // leaf: values; categorical: categories; into `values`
    std::uint32_t values_count = 0;
    Kind kind = Kind::kLeaf;
    bool is_left = false;  // categorical: the listed categories go left
  };
  std::vector<Node> nodes;
  std::vector<double> values;
  std::uint32_t depth = 0;  // edges on the longest path
};

// A node with `child_count` children is followed by their subtrees.
struct ClusterTreeFile {
  struct Node {
    std::int32_t index = 0;  // leaf: the cluster; inner: negative
    double norm = 0;
    std::uint32_t center_begin = 0;  // into `centers`
    std::uint32_t center_count = 0;
    std::uint32_t child_count = 0;
    std::uint32_t subtree_end = 0;  // index after the last node of this subtree
  };
  std::vector<Node> nodes;
  std::vector<double> centers;
};

// `where` is the file's path, for errors.
Result<DecisionTreeFile> ReadDecisionTree(std::string_view bytes, BundleFormat format,
                                          const Limits& limits, std::string_view where);
Result<ClusterTreeFile> ReadClusterTree(std::string_view bytes, BundleFormat format,
                                        const Limits& limits, std::string_view where);

}  // namespace pillion
