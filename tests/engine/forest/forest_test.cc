// The forest against a plain walk of each tree, node by node as MLeap does it. Rows of floats are
// held in xgboost/booster_trees_test.cc.
#include "engine/forest/forest.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <vector>

namespace pillion {
namespace {

using Kind = ForestBuilder::Node::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Tree {
  std::vector<ForestBuilder::Node> nodes;
  std::vector<std::vector<double>> categories;  // of the nodes' sets
};

// The number of the leaf; absent: a split reads a feature that is not there.
std::optional<std::uint32_t> PlainWalk(const Tree& tree, const VectorView& x) {
  const ForestBuilder::Node* node = &tree.nodes.front();
  while (node->kind != Kind::kLeaf) {
    if (node->feature >= x.size) return std::nullopt;
    const double value = EntryAt(x, node->feature);
    bool left = std::isnan(value) ? node->nan_left : value <= node->threshold;
    if (node->kind == Kind::kSet) {
      bool listed = false;
      for (const double category : node->categories) listed = listed || category == value;
      left = node->is_left ? listed : !listed;
    }
    node = &tree.nodes[left ? node->left : node->right];
  }
  return node->leaf;
}

// Random trees over `features` features. Categories are whole numbers below `category_max`, some
// of them not whole where it is large.
class TreeMaker {
 public:
  struct Shape {
    std::uint32_t depth_max = 5;
    double leaf_share = 0.1;  // of the nodes above the last level
    double nan_left_share = 0;
    double set_share = 0;
    int category_max = 32;
    std::uint32_t features = 6;
  };

  TreeMaker(std::uint32_t seed, Shape shape) : random_(seed), shape_(shape) {}

  Tree Make() {
    Tree tree;
    Grow(tree, 0);
    return tree;
  }

  double Threshold() { return std::round(8 * (Uniform() - 0.5)) / 2; }
  double Uniform() { return std::uniform_real_distribution<double>()(random_); }
  std::uint32_t Below(std::uint32_t n) {
    return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
  }

 private:
  std::uint32_t Grow(Tree& tree, std::uint32_t depth) {
    const auto at = static_cast<std::uint32_t>(tree.nodes.size());
    tree.nodes.emplace_back();
    if (depth == shape_.depth_max || Uniform() < shape_.leaf_share) {
      tree.nodes[at].leaf = leaf_count_++;
      return at;
    }
    ForestBuilder::Node node;
    node.feature = Below(shape_.features);
    node.kind = Uniform() < shape_.set_share ? Kind::kSet : Kind::kNumber;
    if (node.kind == Kind::kNumber) {
      node.nan_left = Uniform() < shape_.nan_left_share;
      node.threshold = Threshold();
    } else {
      node.is_left = Uniform() < 0.5;
      std::vector<double>& categories = tree.categories.emplace_back(Below(8));
      for (double& category : categories) {
        category = Below(static_cast<std::uint32_t>(shape_.category_max));
        if (shape_.category_max > 62 && Uniform() < 0.3) category += 0.5;
      }
      node.categories = categories;
    }
    node.left = Grow(tree, depth + 1);
    node.right = Grow(tree, depth + 1);
    tree.nodes[at] = node;
    return at;
  }

  std::mt19937 random_;
  Shape shape_;
  std::uint32_t leaf_count_ = 0;
};

void Add(ForestBuilder& builder, const Tree& tree) {
  builder.Add([&](std::uint32_t index) { return tree.nodes[index]; });
}

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
      Add(builder, trees_.back());
    }
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
    std::uint32_t* leaves = nullptr;
    const ScoreCode code = forest.FindLeaves(x, arena, &leaves);
    bool complete = true;
    for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
      const std::optional<std::uint32_t> leaf = PlainWalk(trees_[tree], x);
      complete = complete && leaf.has_value();
      if (code == ScoreCode::kOk && leaf) {
        EXPECT_EQ(leaves[tree], *leaf) << "tree " << tree;
      }
    }
    EXPECT_EQ(code, complete ? ScoreCode::kOk : ScoreCode::kIndexOutOfBounds);
  }

  std::vector<Tree> trees_;
};

TEST_P(ForestAgainstPlainWalk, Numbers) { Compare({}, 20); }
TEST_P(ForestAgainstPlainWalk, NansGoEitherWay) { Compare({.nan_left_share = 0.5}, 20); }
TEST_P(ForestAgainstPlainWalk, OneTree) { Compare({.set_share = 0.3}, 1); }
TEST_P(ForestAgainstPlainWalk, LeavesOnly) { Compare({.depth_max = 0}, 9); }
TEST_P(ForestAgainstPlainWalk, Sets) { Compare({.nan_left_share = 0.5, .set_share = 0.5}, 23); }
TEST_P(ForestAgainstPlainWalk, SetsOnly) { Compare({.set_share = 1, .category_max = 63}, 8); }
TEST_P(ForestAgainstPlainWalk, LongSets) {
  Compare({.nan_left_share = 0.3, .set_share = 0.2, .category_max = 70}, 40);
}
TEST_P(ForestAgainstPlainWalk, LopsidedTrees) {
  Compare({.depth_max = 200, .leaf_share = 0.48, .nan_left_share = 0.3}, 30);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ForestAgainstPlainWalk, testing::Range(1, 6));

TEST(Forest, WalksMoreTreesTogetherWhereManyNodesWaitForMemory) {
  TreeMaker maker(7, {.depth_max = 12, .leaf_share = 0});
  ForestBuilder builder;
  std::vector<Tree> trees;
  for (int i = 0; i < 20; ++i) {
    trees.push_back(maker.Make());
    Add(builder, trees.back());
  }
  const Forest forest = std::move(builder).Build();
  ASSERT_GT(forest.node_bytes(), 1U << 20);
  const std::vector<double> values = {0.5, -1, 2, kNan, 0, 1};
  const VectorView x = {6, 6, values.data(), nullptr};
  Arena arena(1 << 16);
  std::uint32_t* leaves = nullptr;
  ASSERT_EQ(forest.FindLeaves(x, arena, &leaves), ScoreCode::kOk);
  for (std::size_t tree = 0; tree < trees.size(); ++tree) {
    EXPECT_EQ(leaves[tree], PlainWalk(trees[tree], x));
  }
}

TEST(Forest, TellsWhenTheRowIsOverItsMemory) {
  TreeMaker maker(7, {});
  ForestBuilder builder;
  for (int i = 0; i < 100; ++i) Add(builder, maker.Make());
  const Forest forest = std::move(builder).Build();
  Arena arena(64);
  std::uint32_t* leaves = nullptr;
  EXPECT_EQ(forest.FindLeaves(VectorView(), arena, &leaves), ScoreCode::kTooLarge);
}

}  // namespace
}  // namespace pillion
