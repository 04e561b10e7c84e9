// XGBoost's trees as the forest walks them against a plain walk of the file's nodes, on and beside
// each threshold, and where something is missing.
#include "engine/formats/xgboost/booster_trees.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace pillion {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kMax = std::numeric_limits<float>::max();
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();

// The index of the leaf, as XGBoost finds it.
std::int32_t PlainWalk(const BoosterFile::Tree& tree, const std::vector<float>& x) {
  std::int32_t at = 0;
  for (;;) {
    const BoosterFile::Node& node = tree.nodes[static_cast<std::size_t>(at)];
    if (node.left == -1) return at;
    const float value = x[node.feature];
    bool left = value < node.value;
    bool listed = false;
    for (std::uint32_t i = 0; node.categorical && i < node.categories_count; ++i) {
      const std::int32_t category = tree.categories[node.categories_begin + i];
      listed = listed || (value >= 0 && std::trunc(value) == static_cast<float>(category));
    }
    if (node.categorical) left = !listed;
    if (std::isnan(value)) left = node.default_left;
    at = left ? node.left : node.right;
  }
}

struct Shape {
  std::uint32_t tree_count = 20;
  std::uint32_t depth_max = 5;
  double leaf_share = 0.1;  // of the nodes above the last level
  double categorical_share = 0;
  std::uint32_t features = 6;
  bool extreme = false;  // thresholds that nothing, or all, is below
};

class TreeMaker {
 public:
  TreeMaker(std::uint32_t seed, const Shape& shape) : random_(seed), shape_(shape) {}

  BoosterFile::Tree Make() {
    BoosterFile::Tree tree;
    tree.nodes.emplace_back();
    Grow(tree, 0, 0);
    return tree;
  }

  // What splits are most likely to get wrong: thresholds and the floats beside them.
  float Value() {
    constexpr float kOdd[] = {kNan, kNan, kInfinity, -kInfinity, kMax, -kMax, 0.0F, -0.0F, 40.7F};
    const std::uint32_t choice = Below(20);
    if (choice < std::size(kOdd)) return kOdd[choice];
    const float threshold = Threshold();
    if (choice < 13) return threshold;
    return std::nextafter(threshold, choice < 17 ? kInfinity : -kInfinity);
  }

  std::uint32_t Below(std::uint32_t n) {
    return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
  }

 private:
  float Threshold() {
    constexpr float kThresholds[] = {0.0F, -0.0F,     kDenormal,  -kDenormal, 1,    1.5F,
                                     2,    kMax,      -kMax,      -3,         0.1F, 1e-30F,
                                     40,   kInfinity, -kInfinity, kNan};
    return kThresholds[Below(std::size(kThresholds) - (shape_.extreme ? 0 : 3))];
  }

  double Uniform() { return std::uniform_real_distribution<double>()(random_); }

  void Grow(BoosterFile::Tree& tree, std::size_t at, std::uint32_t depth) {
    if (depth == shape_.depth_max || Uniform() < shape_.leaf_share) {
      tree.nodes[at].value = static_cast<float>(Uniform());
      return;
    }
    const std::size_t left = tree.nodes.size();
    tree.nodes.resize(left + 2);
    BoosterFile::Node& node = tree.nodes[at];
    node.left = static_cast<std::int32_t>(left);
    node.right = node.left + 1;
    node.feature = Below(shape_.features);
    node.default_left = Below(2) == 0;
    node.value = Threshold();
    if (Uniform() < shape_.categorical_share) {
      node.categorical = true;
      node.categories_begin = static_cast<std::uint32_t>(tree.categories.size());
      node.categories_count = 1 + Below(4);
      for (std::uint32_t i = 0; i < node.categories_count; ++i) {
        tree.categories.push_back(static_cast<std::int32_t>(Below(2) == 0 ? Below(3) : 40));
      }
    }
    // Children are not in the order of the walk.
    Grow(tree, left + 1, depth + 1);
    Grow(tree, left, depth + 1);
  }

  std::mt19937 random_;
  Shape shape_;
};

class BoosterTreesAgainstPlainWalk : public testing::TestWithParam<int> {
 protected:
  void Compare(const Shape& shape) {
    TreeMaker maker(static_cast<std::uint32_t>(GetParam()), shape);
    std::vector<BoosterFile::Tree> trees;
    while (trees.size() < shape.tree_count) trees.push_back(maker.Make());
    const Result<BoosterTrees> made = BoosterTrees::Make(trees, shape.features, {}, "here");
    ASSERT_TRUE(made) << made.error().Text();
    Arena arena(1 << 20);
    for (int row = 0; row < 400; ++row) {
      std::vector<float> x(shape.features);
      for (float& value : x) value = maker.Value();
      arena.Reset();
      std::uint32_t* leaves = nullptr;
      ASSERT_EQ(made->FindLeaves(x.data(), arena, &leaves), ScoreCode::kOk);
      for (std::uint32_t tree = 0; tree < shape.tree_count; ++tree) {
        const std::int32_t leaf = PlainWalk(trees[tree], x);
        const std::uint32_t position = made->LeafPosition(leaves[tree]);
        ASSERT_EQ(position - made->root(tree), leaf) << "row " << row << ", tree " << tree;
        ASSERT_EQ(made->leaf_values()[leaves[tree]],
                  trees[tree].nodes[static_cast<std::size_t>(leaf)].value);
      }
    }
  }
};

TEST_P(BoosterTreesAgainstPlainWalk, Trees) { Compare({}); }
TEST_P(BoosterTreesAgainstPlainWalk, OneTreeOfOneFeature) {
  Compare({.tree_count = 1, .features = 1});
}
TEST_P(BoosterTreesAgainstPlainWalk, LeavesOnly) { Compare({.depth_max = 0}); }
TEST_P(BoosterTreesAgainstPlainWalk, ExtremeThresholds) { Compare({.extreme = true}); }
TEST_P(BoosterTreesAgainstPlainWalk, MoreFeaturesThanNarrowNodesTake) {
  Compare({.tree_count = 50, .features = 1500});
}
TEST_P(BoosterTreesAgainstPlainWalk, AsManyFeaturesAsNarrowNodesTake) {
  Compare({.tree_count = 50, .features = 1024});
}
TEST_P(BoosterTreesAgainstPlainWalk, LopsidedTrees) {
  Compare({.depth_max = 200, .leaf_share = 0.48});
}
TEST_P(BoosterTreesAgainstPlainWalk, Categories) {
  Compare({.categorical_share = 0.1, .extreme = true});
}

INSTANTIATE_TEST_SUITE_P(Seeds, BoosterTreesAgainstPlainWalk, testing::Range(1, 6));

}  // namespace
}  // namespace pillion
