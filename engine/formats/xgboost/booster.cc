#include "engine/formats/xgboost/booster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/quote.h"
#include "engine/formats/xgboost/tree_shap.h"

namespace pillion {
namespace {

std::uint32_t GroupCount(const BoosterFile& file, XgboostRuntime runtime) {
  const std::uint32_t targets = runtime == XgboostRuntime::kNative ? file.target_count : 1;
  return std::max({file.class_count, targets, 1U});
}

std::string CountProblem(std::string_view what, std::size_t expected, std::size_t found) {
  return "expected " + std::to_string(expected) + " " + std::string(what) + ", found " +
         std::to_string(found);
}

// Where the file does not store the rounds. REQUIRES: no group is negative.
std::size_t TreesPerRound(const BoosterFile& file) {
  const auto group_max = std::max_element(file.tree_groups.begin(), file.tree_groups.end());
  const std::size_t groups =
      group_max == file.tree_groups.end() ? 1 : static_cast<std::size_t>(*group_max) + 1;
  return groups * std::max(file.trees_per_round_and_group, 1U);
}

std::string RoundProblem(const BoosterFile& file) {
  const auto tree_count = static_cast<std::int64_t>(file.trees.size());
  if (file.round_begins.empty()) {
    const bool whole = file.trees.size() % TreesPerRound(file) == 0;
    return whole ? "" : "trees that do not fill their rounds";
  }
  std::int32_t before = 0;
  for (const std::int32_t begin : file.round_begins) {
    if (begin < before) return "rounds of trees that do not follow each other";
    before = begin;
  }
  return before == tree_count ? "" : "rounds that do not end with the last tree";
}

// Which trees count. The native library counts rounds, the predictor each group's trees.
Result<std::vector<bool>> ChooseTrees(const BoosterFile& file, std::int32_t tree_limit,
                                      XgboostRuntime runtime, std::string_view where) {
  const std::size_t tree_count = file.trees.size();
  std::vector<bool> chosen(tree_count, true);
  const auto limit = static_cast<std::size_t>(std::max(tree_limit, 0));
  if (runtime == XgboostRuntime::kPredictor) {
    std::vector<std::size_t> seen(GroupCount(file, runtime));
    for (std::size_t i = 0; limit > 0 && i < tree_count; ++i) {
      chosen[i] = seen[static_cast<std::size_t>(file.tree_groups[i])]++ < limit;
    }
    return chosen;
  }
  const std::size_t rounds = limit / std::max(file.trees_per_round_and_group, 1U);
  if (rounds == 0) return chosen;
  const bool stored = !file.round_begins.empty();
  const std::size_t round_count =
      stored ? file.round_begins.size() - 1 : tree_count / TreesPerRound(file);
  if (rounds > round_count) {
    return Fail(LoadCode::kBadBundle, std::string(where),
                "tree_limit asks for " + std::to_string(rounds) + " rounds, found " +
                    std::to_string(round_count));
  }
  const std::size_t end =
      stored ? static_cast<std::size_t>(file.round_begins[rounds]) : rounds * TreesPerRound(file);
  for (std::size_t i = end; i < tree_count; ++i) chosen[i] = false;
  return chosen;
}

// Returns the largest magnitude of the floats. In blocks, which the compiler turns into vectors.
float ToFloats(const double* __restrict from, std::size_t count, float* __restrict to) noexcept {
  constexpr std::size_t kBlock = 8;
  float largest[kBlock] = {};
  const auto take = [&](std::size_t i, std::size_t lane) {
    to[i] = static_cast<float>(from[i]);
    const float magnitude = std::abs(to[i]);
    largest[lane] = magnitude > largest[lane] ? magnitude : largest[lane];
  };
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    for (std::size_t lane = 0; lane < kBlock; ++lane) take(i + lane, lane);
  }
  for (; i < count; ++i) take(i, 0);
  return *std::max_element(largest, largest + kBlock);
}

}  // namespace

// Empty: none. What only the trees' nodes show is found by BoosterTrees.
std::string Booster::Problem(const BoosterFile& file, const Objective& objective) {
  constexpr std::uint32_t kGroupsMax = 1 << 20;
  const std::size_t tree_count = file.trees.size();
  const std::uint32_t groups = GroupCount(file, XgboostRuntime::kNative);
  if (groups > kGroupsMax) return "more than " + std::to_string(kGroupsMax) + " classes";
  if (file.class_count > 1 && file.target_count > 1) return "both classes and targets";
  if (!file.base_scores.empty() && file.base_scores.size() != groups) {
    return CountProblem("base scores", groups, file.base_scores.size());
  }
  if (objective.multiclass() && file.class_count == 0) return "no number of classes";
  if (file.kind == "gblinear") return {};
  if (file.kind != "gbtree" && file.kind != "dart") {
    return "expected a booster gbtree, dart or gblinear, found " + Quote(file.kind);
  }
  if (file.tree_groups.size() != tree_count) {
    return CountProblem("groups of trees", tree_count, file.tree_groups.size());
  }
  if (file.kind == "dart" && file.tree_weights.size() != tree_count) {
    return CountProblem("weights of trees", tree_count, file.tree_weights.size());
  }
  for (const std::int32_t group : file.tree_groups) {
    if (group >= 0 && static_cast<std::uint32_t>(group) < groups) continue;
    return "a tree of group " + std::to_string(group) + " of " + std::to_string(groups);
  }
  return RoundProblem(file);
}

Result<float> Booster::BaseMargin(const BoosterFile& file, float base_score,
                                  const Objective& objective, XgboostRuntime runtime,
                                  std::string_view where) {
  if (file.major_version < 1) {
    // Until 1.0 the file holds the margin. The native library takes it to a score and back.
    if (runtime == XgboostRuntime::kPredictor) return base_score;
    if (!objective.multiclass()) objective.Transform({&base_score, 1}, runtime);
  }
  const float margin = objective.ToMargin(base_score, runtime);
  if (!std::isnan(margin) || std::isnan(base_score)) return margin;
  return Fail(LoadCode::kBadBundle, std::string(where),
              "the base score " + std::to_string(base_score) + " is out of range for " +
                  std::string(objective.name));
}

Result<Booster> Booster::Make(BoosterFile file, std::int32_t tree_limit, const LoadOptions& options,
                              std::string_view where) {
  Booster booster;
  booster.runtime_ = options.xgboost_runtime;
  booster.objective_ = FindObjective(file.objective, booster.runtime_);
  if (booster.objective_ == nullptr) {
    return Fail(LoadCode::kUnsupported, std::string(where),
                "the objective " + Quote(file.objective) + " is not known");
  }
  if (std::string problem = Problem(file, *booster.objective_); !problem.empty()) {
    return Fail(LoadCode::kBadBundle, std::string(where), std::move(problem));
  }
  booster.feature_count_ = file.feature_count;
  booster.group_count_ = GroupCount(file, booster.runtime_);
  booster.is_linear_ = file.kind == "gblinear";
  booster.base_margins_.resize(booster.group_count_);
  for (std::size_t group = 0; group < booster.group_count_; ++group) {
    const float score = file.base_scores.empty() ? file.base_score : file.base_scores[group];
    PILLION_ASSIGN(booster.base_margins_[group],
                   BaseMargin(file, score, *booster.objective_, booster.runtime_, where));
  }
  if (booster.is_linear_) {
    PILLION_TRY(booster.TakeWeights(file, options.limits, where));
  } else {
    PILLION_TRY(booster.TakeTrees(file, tree_limit, options.limits, where));
  }
  return booster;
}

Result<void> Booster::TakeWeights(BoosterFile& file, const Limits& limits, std::string_view where) {
  const std::size_t size = (std::size_t{file.feature_count} + 1) * group_count_;
  // A model that was saved before it was trained has none.
  if (file.linear_weights.empty() && size <= limits.entry_bytes_max / sizeof(float)) {
    file.linear_weights.assign(size, 0.0F);
  }
  if (file.linear_weights.size() != size) {
    return Fail(LoadCode::kBadBundle, std::string(where),
                CountProblem("weights", size, file.linear_weights.size()));
  }
  linear_ = std::move(file.linear_weights);
  return {};
}

Result<void> Booster::TakeTrees(BoosterFile& file, std::int32_t tree_limit, const Limits& limits,
                                std::string_view where) {
  std::vector<bool> chosen;
  PILLION_ASSIGN(chosen, ChooseTrees(file, tree_limit, runtime_, where));
  std::vector<BoosterFile::Tree> trees;
  std::vector<std::size_t> seen(group_count_);
  for (std::size_t i = 0; i < file.trees.size(); ++i) {
    if (!chosen[i]) continue;
    const auto group = static_cast<std::uint32_t>(file.tree_groups[i]);
    trees.push_back(std::move(file.trees[i]));
    groups_.push_back(group);
    // The predictor takes the weights by a tree's number within its group.
    const std::size_t weight = runtime_ == XgboostRuntime::kNative ? i : seen[group]++;
    if (file.kind == "dart") weights_.push_back(file.tree_weights[weight]);
  }
  PILLION_ASSIGN(trees_, BoosterTrees::Make(trees, feature_count_, limits, where));
  for (std::uint32_t tree = 0; tree < tree_count(); ++tree) {
    means_.push_back(Mean(trees_.root(tree)));
  }
  return {};
}

float Booster::Mean(BoosterTrees::Position at) const {
  if (trees_.IsLeaf(at)) return trees_.LeafValue(at);
  const BoosterTrees::Position left = trees_.Left(at);
  float sum = Mean(left) * trees_.HessianSum(left);
  sum += Mean(left + 1) * trees_.HessianSum(left + 1);
  return sum / trees_.HessianSum(at);
}

ScoreCode Booster::ReadFeatures(const VectorView& vector, Arena& arena,
                                const float** features) const noexcept {
  const bool native = runtime_ == XgboostRuntime::kNative;
  if (native && vector.size > feature_count_) return ScoreCode::kWrongSize;
  const std::size_t size = std::max(feature_count_, 1U);
  auto* values = arena.Allocate<float>(size);
  if (values == nullptr) return ScoreCode::kTooLarge;
  const std::size_t dense = vector.dense() ? std::min(vector.size, feature_count_) : 0;
  float largest = ToFloats(vector.values, dense, values);
  std::fill(values + dense, values + size, std::numeric_limits<float>::quiet_NaN());
  for (std::uint32_t i = 0; !vector.dense() && i < vector.count; ++i) {
    const auto index = static_cast<std::size_t>(vector.indices[i]);
    if (index >= feature_count_) break;
    values[index] = static_cast<float>(vector.values[i]);
    largest = std::max(largest, std::abs(values[index]));
  }
  if (native && std::isinf(largest)) return ScoreCode::kInvalidValue;
  *features = values;
  return ScoreCode::kOk;
}

// The native library starts from the base score, the predictor adds it in the end.
void Booster::LinearMargins(const float* features, float* margins) const noexcept {
  const bool native = runtime_ == XgboostRuntime::kNative;
  const float* biases = linear_.data() + std::size_t{feature_count_} * group_count_;
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    float sum = native ? biases[group] + base_margins_[group] : biases[group];
    for (std::uint32_t i = 0; i < feature_count_; ++i) {
      if (std::isnan(features[i])) continue;
      sum += features[i] * linear_[std::size_t{i} * group_count_ + group];
    }
    margins[group] = native ? sum : sum + base_margins_[group];
  }
}

// In the order of the trees.
void Booster::AddTrees(const std::uint32_t* leaves, float* margins) const noexcept {
  const float* values = trees_.leaf_values();
  const auto weighted = [&](std::uint32_t tree) noexcept {
    const float value = values[leaves[tree]];
    return weights_.empty() ? value : value * weights_[tree];
  };
  if (group_count_ > 1) {
    for (std::uint32_t i = 0; i < tree_count(); ++i) margins[groups_[i]] += weighted(i);
    return;
  }
  float margin = margins[0];  // Not in memory, which would cost as much as the tree's walk.
  for (std::uint32_t i = 0; i < tree_count(); ++i) margin += weighted(i);
  margins[0] = margin;
}

ScoreCode Booster::Margins(const float* features, Arena& arena, float* margins) const noexcept {
  if (is_linear_) {
    LinearMargins(features, margins);
    return ScoreCode::kOk;
  }
  std::uint32_t* leaves = nullptr;
  const ScoreCode code = trees_.FindLeaves(features, arena, &leaves);
  if (code != ScoreCode::kOk) return code;
  const bool native = runtime_ == XgboostRuntime::kNative;
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    margins[group] = native ? base_margins_[group] : 0.0F;
  }
  AddTrees(leaves, margins);
  for (std::uint32_t group = 0; !native && group < group_count_; ++group) {
    margins[group] += base_margins_[group];
  }
  return ScoreCode::kOk;
}

ScoreCode Booster::Leaves(const float* features, Arena& arena, double* leaves) const noexcept {
  std::uint32_t* found = nullptr;
  const ScoreCode code = trees_.FindLeaves(features, arena, &found);
  if (code != ScoreCode::kOk) return code;
  for (std::uint32_t tree = 0; tree < tree_count(); ++tree) {
    // The library gives node numbers as floats.
    leaves[tree] = static_cast<float>(trees_.LeafPosition(found[tree]) - trees_.root(tree));
  }
  return ScoreCode::kOk;
}

ScoreCode Booster::Contributions(const float* features, Arena& arena,
                                 float* contributions) const noexcept {
  const std::size_t columns = std::size_t{feature_count_} + 1;
  std::fill_n(contributions, columns * group_count_, 0.0F);
  if (!is_linear_) return TreeContributions(features, arena, contributions);
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    float* shares = contributions + group * columns;
    for (std::uint32_t i = 0; i < feature_count_; ++i) {
      if (std::isnan(features[i])) continue;
      shares[i] = features[i] * linear_[std::size_t{i} * group_count_ + group];
    }
    shares[feature_count_] =
        linear_[std::size_t{feature_count_} * group_count_ + group] + base_margins_[group];
  }
  return ScoreCode::kOk;
}

ScoreCode Booster::TreeContributions(const float* features, Arena& arena,
                                     float* contributions) const noexcept {
  const std::size_t columns = std::size_t{feature_count_} + 1;
  auto* shares = arena.Allocate<float>(columns);
  auto* path = arena.Allocate<TreeShap::PathElement>(TreeShap::PathLength(trees_.depth_max()));
  if (shares == nullptr || path == nullptr) return ScoreCode::kTooLarge;
  std::fill_n(shares, columns, 0.0F);
  for (std::uint32_t tree = 0; tree < tree_count(); ++tree) {
    if (!TreeShap(trees_, features, path, shares).Add(tree)) return ScoreCode::kInvalidValue;
    float* sums = contributions + groups_[tree] * columns;
    const float weight = weights_.empty() ? 1.0F : weights_[tree];
    // Only the features that the tree splits on have shares.
    for (BoosterTrees::Position at = trees_.root(tree); at < trees_.end(tree); ++at) {
      if (trees_.IsLeaf(at)) continue;
      float& share = shares[trees_.Feature(at)];
      if (share != 0) sums[trees_.Feature(at)] += share * weight;
      share = 0;
    }
    sums[feature_count_] += means_[tree] * weight;
  }
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    contributions[group * columns + feature_count_] += base_margins_[group];
  }
  return ScoreCode::kOk;
}

}  // namespace pillion
