// XGBoost's own model files as they are read, in one form for all their encodings: the legacy
// binary one with and without its signature, JSON and UBJSON. Only lengths are checked here;
// whether the numbers make a model is Booster's to find out.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/limits.h"

namespace pillion {

struct BoosterFile {
  struct Node {
    std::int32_t left = -1;  // -1: a leaf
    std::int32_t right = -1;
    std::uint32_t feature = 0;
    float value = 0;  // of a leaf; otherwise the split's condition
    float hessian_sum = 0;
    bool default_left = false;
    bool categorical = false;  // the categories listed go right
    std::uint32_t categories_begin = 0;
    std::uint32_t categories_count = 0;
  };
  struct Tree {
    std::vector<Node> nodes;
    std::vector<std::int32_t> categories;
    std::uint32_t leaf_size = 1;  // more: one value a target
  };

  std::uint32_t major_version = 1;  // 0: base_score is a margin
  float base_score = 0.5F;
  std::vector<float> base_scores;  // one a class or target, where the file has several
  std::uint32_t feature_count = 0;
  std::uint32_t class_count = 0;
  std::uint32_t target_count = 1;
  std::string objective;
  std::string kind;                        // "gbtree", "dart" or "gblinear"
  std::vector<std::string> feature_names;  // empty: not stored
  std::string best_iteration;              // of early stopping; empty: not stored
  bool has_category_names = false;         // text stands for categories

  std::uint32_t trees_per_round_and_group = 1;
  std::vector<Tree> trees;
  std::vector<std::int32_t> tree_groups;   // [tree]
  std::vector<std::int32_t> round_begins;  // trees before each round, then all; empty: not stored
  std::vector<float> tree_weights;         // dart: [tree]
  std::vector<float> linear_weights;       // gblinear: [feature][group], then [group] biases
};

// Tells the encoding by the first bytes. `where` is the file's path, for errors.
Result<BoosterFile> ReadBoosterFile(std::string_view bytes, const Limits& limits,
                                    std::string_view where);

Result<BoosterFile> ReadBoosterBinary(std::string_view bytes, std::string_view where);
Result<BoosterFile> ReadBoosterJson(std::string_view bytes, const Limits& limits,
                                    std::string_view where);
Result<BoosterFile> ReadBoosterUbjson(std::string_view bytes, const Limits& limits,
                                      std::string_view where);

}  // namespace pillion
