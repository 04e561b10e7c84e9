// Trees of one model, its own or nested ones, as a forest with its leaves' values.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/kernels/forest.h"
#include "engine/op_source.h"

namespace pillion {

// The ops whose models are single trees, which forests nest.
inline constexpr std::string_view kDecisionTreeRegression = "decision_tree_regression";
inline constexpr std::string_view kDecisionTreeClassifier = "decision_tree_classifier";

struct TreeEnsemble {
  Forest forest;
  std::uint32_t width = 1;          // values a leaf
  std::vector<double> leaf_values;  // [leaf][width]

  std::uint32_t tree_count() const noexcept { return forest.tree_count(); }
  const double* Leaf(std::uint32_t leaf) const noexcept {
    return leaf_values.data() + std::size_t{leaf} * width;
  }
  // The first value of the leaf that `x` reaches in each tree, in `arena`. Codes: as FindLeaves.
  ScoreCode Predict(const VectorView& x, Arena& arena, const double** predictions) const noexcept;
};

// The tree of the model itself. With `class_count` a leaf has so many values, otherwise one;
// another number is refused.
TreeEnsemble ReadTree(OpSource& source, std::uint32_t class_count = 0);
// The models that attribute "trees" lists, each of which must be a `tree_op`.
TreeEnsemble ReadTrees(OpSource& source, std::string_view tree_op, std::uint32_t class_count = 0);

// Attribute "tree_weights", one for each of `trees`.
std::vector<double> ReadTreeWeights(OpSource& source, const TreeEnsemble& trees);

}  // namespace pillion
