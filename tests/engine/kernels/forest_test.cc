// The forest against a plain walk of each tree, node by node as MLeap does it.
#include "engine/kernels/forest.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <vector>

namespace pillion {
namespace {

using Kind = DecisionTreeFile::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The index of the leaf in the file; absent: a split reads a feature that is not there.
std::optional<std::uint32_t> PlainWalk(const DecisionTreeFile& tree, const VectorView& x) {
  std::uint32_t at = 0;
  while (tree.nodes[at].kind != Kind::kLeaf) {
    const DecisionTreeFile::Node& node = tree.nodes[at];
    if (static_cast<std::uint32_t>(node.feature) >= x.size) return std::nullopt;
    const double value = EntryAt(x, static_cast<std::uint32_t>(node.feature));
    bool left = value <= node.threshold;
    if (node.kind == Kind::kCategorical) {
      bool listed = false;
      for (std::uint32_t i = 0; i < node.values_count; ++i) {
        listed = listed || tree.values[node.values_begin + i] == value;
      }
      left = node.is_left ? listed : !listed;
    }
    at = left ? at + 1 : node.right;
  }
  return at;
}

// Random trees over `features` features. Categories are whole numbers below `category_max`, some
// of them not whole where it is large.
class TreeMaker {
 public:
  struct Shape {
    std::uint32_t depth_max = 5;
    double leaf_share = 0.1;  // of the nodes above the last level
    double set_share = 0;
    int category_max = 32;
    std::uint32_t features = 6;
  };

  TreeMaker(std::uint32_t seed, Shape shape) : random_(seed), shape_(shape) {}

  DecisionTreeFile Make() {
    DecisionTreeFile tree;
    Grow(tree, 0);
    return tree;
  }

  double Threshold() { return std::round(8 * (Uniform() - 0.5)) / 2; }
  double Uniform() { return std::uniform_real_distribution<double>()(random_); }
  std::uint32_t Below(std::uint32_t n) {
    return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
  }

 private:
  void Grow(DecisionTreeFile& tree, std::uint32_t depth) {
    const auto at = static_cast<std::uint32_t>(tree.nodes.size());
    tree.nodes.emplace_back();
    tree.depth = std::max(tree.depth, depth);
    if (depth == shape_.depth_max || Uniform() < shape_.leaf_share) return;
    DecisionTreeFile::Node node;
    node.feature = static_cast<std::int32_t>(Below(shape_.features));
    node.kind = Uniform() < shape_.set_share ? Kind::kCategorical : Kind::kContinuous;
    if (node.kind == Kind::kContinuous) {
      node.threshold = Threshold();
    } else {
      node.is_left = Uniform() < 0.5;
      node.values_begin = static_cast<std::uint32_t>(tree.values.size());
      node.values_count = Below(8);
      for (std::uint32_t i = 0; i < node.values_count; ++i) {
        const double category = Below(static_cast<std::uint32_t>(shape_.category_max));
        tree.values.push_back(shape_.category_max > 62 && Uniform() < 0.3 ? category + 0.5
                                                                          : category);
      }
    }
    Grow(tree, depth + 1);
    node.right = static_cast<std::uint32_t>(tree.nodes.size());
    tree.nodes[at] = node;
    Grow(tree, depth + 1);
  }

  std::mt19937 random_;
  Shape shape_;
};

// What splits are most likely to get wrong.
double HardValue(TreeMaker& maker) {
  const double values[] = {kNan, kInfinity, -kInfinity, -0.0, 0.0, 1e300, 62, 63, 64, -1, 0.5};
  const std::uint32_t choice = maker.Below(20);
  if (choice < std::size(values)) return values[choice];
  const double threshold = maker.Threshold();
  if (choice < 14) return threshold;
  if (choice < 16) return std::nextafter(threshold, kInfinity);
  if (choice < 18) return std::nextafter(threshold, -kInfinity);
  return maker.Below(70);
}

class ForestAgainstPlainWalk : public testing::TestWithParam<int> {
 protected:
  void Compare(TreeMaker::Shape shape, std::uint32_t tree_count) {
    const auto seed = static_cast<std::uint32_t>(GetParam());
    TreeMaker maker(seed, shape);
    ForestBuilder builder;
    for (std::uint32_t i = 0; i < tree_count; ++i) {
      trees_.push_back(maker.Make());
      builder.Add(trees_.back());
      NumberLeaves(trees_.back());
    }
    EXPECT_EQ(builder.leaf_count(), leaf_count_);
    const Forest forest = std::move(builder).Build();
    for (int row = 0; row < 200; ++row) {
      // Now and then shorter than what the splits read.
      const std::uint32_t size = row % 10 == 9 ? maker.Below(shape.features) : shape.features;
      std::vector<double> values(size);
      for (double& value : values) value = HardValue(maker);
      CompareRow(forest, {size, size, values.data(), nullptr});
      CompareSparse(forest, values);
    }
  }

 private:
  void NumberLeaves(const DecisionTreeFile& tree) {
    std::vector<std::uint32_t>& numbers = numbers_.emplace_back(tree.nodes.size(), 0);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      if (tree.nodes[i].kind == Kind::kLeaf) numbers[i] = leaf_count_++;
    }
  }

  void CompareSparse(const Forest& forest, const std::vector<double>& values) {
    std::vector<std::int32_t> indices;
    std::vector<double> stored;
    for (std::size_t i = 0; i < values.size(); i += 2) {
      indices.push_back(static_cast<std::int32_t>(i));
      stored.push_back(values[i]);
    }
    CompareRow(forest, {static_cast<std::uint32_t>(values.size()),
                        static_cast<std::uint32_t>(stored.size()), stored.data(), indices.data()});
  }

  void CompareRow(const Forest& forest, const VectorView& x) {
    Arena arena(1 << 20);
    const std::uint32_t* leaves = nullptr;
    const ScoreCode code = forest.FindLeaves(x, arena, &leaves);
    bool complete = true;
    for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
      const std::optional<std::uint32_t> leaf = PlainWalk(trees_[tree], x);
      complete = complete && leaf.has_value();
      if (code == ScoreCode::kOk && leaf) {
        EXPECT_EQ(leaves[tree], numbers_[tree][*leaf]) << "tree " << tree;
      }
    }
    EXPECT_EQ(code, complete ? ScoreCode::kOk : ScoreCode::kIndexOutOfBounds);
  }

  std::vector<DecisionTreeFile> trees_;
  std::vector<std::vector<std::uint32_t>> numbers_;  // [tree][node]
  std::uint32_t leaf_count_ = 0;
};

TEST_P(ForestAgainstPlainWalk, Numbers) { Compare({}, 20); }
TEST_P(ForestAgainstPlainWalk, OneTree) { Compare({.set_share = 0.3}, 1); }
TEST_P(ForestAgainstPlainWalk, LeavesOnly) { Compare({.depth_max = 0}, 9); }
TEST_P(ForestAgainstPlainWalk, Sets) { Compare({.set_share = 0.5}, 23); }
TEST_P(ForestAgainstPlainWalk, SetsOnly) { Compare({.set_share = 1, .category_max = 63}, 8); }
TEST_P(ForestAgainstPlainWalk, LongSets) { Compare({.set_share = 0.2, .category_max = 70}, 40); }
TEST_P(ForestAgainstPlainWalk, LopsidedTrees) {
  Compare({.depth_max = 200, .leaf_share = 0.48}, 30);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ForestAgainstPlainWalk, testing::Range(1, 6));

TEST(Forest, WalksMoreTreesTogetherWhereManyNodesWaitForMemory) {
  TreeMaker maker(7, {.depth_max = 12, .leaf_share = 0});
  ForestBuilder builder;
  std::vector<DecisionTreeFile> trees;
  for (int i = 0; i < 20; ++i) {
    trees.push_back(maker.Make());
    builder.Add(trees.back());
  }
  const Forest forest = std::move(builder).Build();
  ASSERT_GT(forest.node_bytes(), 1U << 20);
  const std::vector<double> values = {0.5, -1, 2, kNan, 0, 1};
  const VectorView x = {6, 6, values.data(), nullptr};
  Arena arena(1 << 16);
  const std::uint32_t* leaves = nullptr;
  ASSERT_EQ(forest.FindLeaves(x, arena, &leaves), ScoreCode::kOk);
  std::uint32_t first_leaf = 0;
  for (std::size_t tree = 0; tree < trees.size(); ++tree) {
    std::uint32_t number = first_leaf;
    const std::uint32_t leaf = *PlainWalk(trees[tree], x);
    for (std::uint32_t i = 0; i < leaf; ++i) number += trees[tree].nodes[i].kind == Kind::kLeaf;
    EXPECT_EQ(leaves[tree], number);
    first_leaf += 1 << 12;
  }
}

TEST(Forest, TellsWhenTheRowIsOverItsMemory) {
  TreeMaker maker(7, {});
  ForestBuilder builder;
  for (int i = 0; i < 100; ++i) builder.Add(maker.Make());
  const Forest forest = std::move(builder).Build();
  Arena arena(64);
  const std::uint32_t* leaves = nullptr;
  EXPECT_EQ(forest.FindLeaves({}, arena, &leaves), ScoreCode::kTooLarge);
}

}  // namespace
}  // namespace pillion
