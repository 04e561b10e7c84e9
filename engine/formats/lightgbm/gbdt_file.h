// LightGBM's model files, as Booster.save_model writes them, read. Spec: LightGBM,
// src/boosting/gbdt_model_text.cpp and src/io/tree.cpp, version v3 and v4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/limits.h"

namespace pillion {

struct GbdtFile {
  enum class Missing : std::uint8_t { kNone, kZero, kNan };

  // Children: an index from 0 on of a node behind this one, or ~index of a leaf.
  struct Node {
    double threshold = 0;
    std::uint32_t feature = 0;
    std::int32_t left = 0;
    std::int32_t right = 0;
    bool categorical = false;  // the categories in `categories`, bit by bit, go left
    bool default_left = false;
    Missing missing = Missing::kNone;
    std::uint32_t categories_begin = 0;  // words of Tree::categories
    std::uint32_t categories_count = 0;
  };
  struct Tree {
    std::vector<Node> nodes;  // none: a single leaf
    std::vector<double> leaves;
    std::vector<std::uint32_t> categories;
  };

  std::uint32_t class_count = 1;
  std::uint32_t trees_per_iteration = 1;
  std::uint32_t feature_count = 0;
  bool average_output = false;
  std::string objective;  // "binary sigmoid:1"; empty: a caller's own
  std::vector<std::string> feature_names;
  std::vector<Tree> trees;
};

// Errors name the line. Refused: what is cut off, children that make no tree, linear trees,
// categories that stand for text.
Result<GbdtFile> ReadGbdtFile(std::string_view text, const Limits& limits);

}  // namespace pillion
