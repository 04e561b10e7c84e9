// What kernels tell a plan of themselves, so that it can make a feature vector from the caller's
// columns in one step (engine/graph/feature_fusion.h). A kernel without recipe is run as it is.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <variant>
#include <vector>

#include "schemas/types/data_type.h"

namespace pillion {

class LabelTable;

// Text to the position of its label, per column.
struct IndexRecipe {
  struct Column {
    const LabelTable* labels = nullptr;
    double unseen = std::numeric_limits<double>::quiet_NaN();  // NaN: refused
  };
  std::vector<Column> columns;
};

// A category number to a vector with a 1 at its place, per column.
struct OneHotRecipe {
  struct Column {
    std::int32_t categories = 0;
    std::int32_t width = 0;  // of the vector; a category at `width` or above leaves it empty
  };
  std::vector<Column> columns;
  bool keep_invalid = false;  // numbers outside of 0 … categories - 1 count as `categories`
};

// (x - mean) · factor where there is a mean, 0 where the factor is 0; else x · factor.
struct ScaleRecipe {
  std::span<const double> mean;    // empty: not centred
  std::span<const double> factor;  // empty: not scaled
};

// Scalars and vectors one behind the other, compressed.
struct AssembleRecipe {
  std::span<const Shape> shapes;  // per input
};

using FeatureRecipe =
    std::variant<std::monostate, IndexRecipe, OneHotRecipe, ScaleRecipe, AssembleRecipe>;

}  // namespace pillion
