// An XGBoost model ready to score, as one of MLeap's two runtimes would: trees or a linear model,
// the objective, the base score. Knows float margins; which of them make a column is the op's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/arena.h"
#include "engine/formats/xgboost/booster_file.h"
#include "engine/formats/xgboost/booster_trees.h"
#include "engine/formats/xgboost/objective.h"
#include "engine/linear/vector.h"
#include "engine/load_options.h"
#include "schemas/types/score_code.h"

namespace pillion {

// Immutable; any number of threads may ask one booster.
class Booster {
 public:
  // `tree_limit`: how many trees of each group count; 0: all.
  static Result<Booster> Make(BoosterFile file, std::int32_t tree_limit, const LoadOptions& options,
                              std::string_view where);

  std::uint32_t feature_count() const noexcept { return feature_count_; }
  std::uint32_t group_count() const noexcept { return group_count_; }
  std::uint32_t tree_count() const noexcept { return trees_.tree_count(); }
  bool is_linear() const noexcept { return is_linear_; }
  const Objective& objective() const noexcept { return *objective_; }

  // One float a feature, at least one, NaN for what is missing: not stored, or NaN. Native:
  // kWrongSize for more features than the model has, kInvalidValue for what is infinite as a
  // float.
  ScoreCode ReadFeatures(const VectorView& vector, Arena& arena,
                         const float** features) const noexcept;

  // Writes group_count() margins.
  ScoreCode Margins(const float* features, Arena& arena, float* margins) const noexcept;
  // Turns margins into predictions in place; returns how many there are.
  std::size_t Transform(std::span<float> margins) const noexcept {
    return objective_->Transform(margins, runtime_);
  }
  // Writes tree_count() numbers, of each tree's leaf in its file. REQUIRES: !is_linear().
  ScoreCode Leaves(const float* features, Arena& arena, double* leaves) const noexcept;
  // What each feature adds to each group's margin, and last what is left of it:
  // [group][feature_count() + 1]. Codes: also kInvalidValue, where XGBoost gives up too.
  ScoreCode Contributions(const float* features, Arena& arena, float* contributions) const noexcept;

 private:
  Booster() = default;

  static std::string Problem(const BoosterFile& file, const Objective& objective);
  static Result<float> BaseMargin(const BoosterFile& file, float base_score,
                                  const Objective& objective, XgboostRuntime runtime,
                                  std::string_view where);
  Result<void> TakeWeights(BoosterFile& file, const Limits& limits, std::string_view where);
  Result<void> TakeTrees(BoosterFile& file, std::int32_t tree_limit, const Limits& limits,
                         std::string_view where);
  void LinearMargins(const float* features, float* margins) const noexcept;
  void AddTrees(const std::uint32_t* leaves, float* margins) const noexcept;
  ScoreCode TreeContributions(const float* features, Arena& arena,
                              float* contributions) const noexcept;
  float Mean(BoosterTrees::Position at) const;

  XgboostRuntime runtime_ = XgboostRuntime::kNative;
  const Objective* objective_ = nullptr;
  std::uint32_t feature_count_ = 0;
  std::uint32_t group_count_ = 1;
  std::vector<float> base_margins_;  // [group]
  bool is_linear_ = false;
  BoosterTrees trees_;
  std::vector<std::uint32_t> groups_;  // [tree]
  std::vector<float> weights_;         // [tree]; empty: all 1
  std::vector<float> means_;           // [tree]: of its leaves, by training weight
  std::vector<float> linear_;          // [feature][group], then [group] biases
};

}  // namespace pillion
