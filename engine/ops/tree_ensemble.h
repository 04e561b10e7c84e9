// Trees of one model, its own or nested ones, as a forest with its leaves' values.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/forest/forest.h"
#include "engine/graph/op_source.h"

namespace pillion {

// The ops whose models are single trees, which forests nest.
inline constexpr std::string_view kDecisionTreeRegression = "decision_tree_regression";
inline constexpr std::string_view kDecisionTreeClassifier = "decision_tree_classifier";

struct TreeEnsemble {
  Forest forest;
  std::vector<double> leaf_values;
  std::vector<std::uint32_t> leaf_begins;  // into leaf_values, then its end; empty: one a leaf

  std::uint32_t tree_count() const noexcept { return forest.tree_count(); }
  // REQUIRES: leaf_begins.
  std::span<const double> Leaf(std::uint32_t leaf) const noexcept {
    return std::span(leaf_values)
        .subspan(leaf_begins[leaf], leaf_begins[leaf + 1] - leaf_begins[leaf]);
  }
  // The value of the leaf that `x` reaches in each tree, in `arena`. Codes: as FindLeaves.
  // REQUIRES: no leaf_begins.
  ScoreCode Predict(const VectorView& x, Arena& arena, const double** predictions) const noexcept;
};

// What counts of a leaf: for a regression the first value, without which it is refused.
enum class LeafKind : std::uint8_t { kFirstValue, kAllValues };

// The tree of the model itself.
TreeEnsemble ReadTree(OpSource& source, LeafKind kind);
// The models that attribute "trees" lists, each of which must be a `tree_op`.
TreeEnsemble ReadTrees(OpSource& source, std::string_view tree_op, LeafKind kind);

// Attribute "tree_weights", one for each of `trees`.
std::vector<double> ReadTreeWeights(OpSource& source, const TreeEnsemble& trees);

}  // namespace pillion
