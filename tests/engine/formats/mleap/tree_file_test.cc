// Examples stand in section 10 of the bundle format.
#include "engine/formats/mleap/tree_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/hex.h"

namespace pillion {
namespace {

using Kind = DecisionTreeFile::Kind;
using pillion::testing::FromHex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kLeaf = "{\"type\":\"leaf\",\"values\":[1]}\n";
constexpr const char* kInternal =
    "{\"type\":\"internal\",\"split\":{\"type\":\"continuous\",\"featureIndex\":0,"
    "\"threshold\":0.5}}\n";

Result<DecisionTreeFile> Json(const std::string& text, const Limits& limits = {}) {
  return ReadDecisionTree(text, BundleFormat::kJson, limits, "root/tree.json");
}

Result<DecisionTreeFile> Proto(const std::string& bytes, const Limits& limits = {}) {
  return ReadDecisionTree(bytes, BundleFormat::kProtobuf, limits, "root/tree.pb");
}

Result<ClusterTreeFile> Clusters(const std::string& text, const Limits& limits = {}) {
  return ReadClusterTree(text, BundleFormat::kJson, limits, "root/tree.json");
}

template <typename Tree>
std::string FaultOf(const Result<Tree>& tree) {
  return tree ? "no error" : tree.error().Text();
}

// Bytes of one message behind their length.
std::string Framed(const std::string& hex) {
  const std::string message = FromHex(hex);
  return std::string(3, '\0') + static_cast<char>(message.size()) + message;
}

std::vector<double> ValuesOf(const DecisionTreeFile& tree, std::size_t node) {
  const auto begin = tree.values.begin() + tree.nodes[node].values_begin;
  return {begin, begin + tree.nodes[node].values_count};
}

TEST(DecisionTreeJson, ReadsTheExampleOfTheFormat) {
  const auto tree = Json(
      "{\"type\":\"internal\",\"split\":{\"type\":\"continuous\",\"featureIndex\":0,"
      "\"threshold\":0.5}}\n{\"type\":\"leaf\",\"values\":[86.5]}\n"
      "{\"type\":\"leaf\",\"values\":[12.0]}\n");
  ASSERT_TRUE(tree) << tree.error().Text();
  ASSERT_EQ(tree->nodes.size(), 3U);
  EXPECT_EQ(tree->nodes[0].kind, Kind::kContinuous);
  EXPECT_EQ(tree->nodes[0].feature, 0);
  EXPECT_EQ(tree->nodes[0].threshold, 0.5);
  EXPECT_EQ(tree->nodes[0].right, 2U);
  EXPECT_THAT(ValuesOf(*tree, 1), ElementsAre(86.5));
  EXPECT_THAT(ValuesOf(*tree, 2), ElementsAre(12.0));
  EXPECT_EQ(tree->depth, 1U);
}

TEST(DecisionTreeJson, TakesMembersInAnyOrderAndIgnoresWhatFollows) {
  const auto tree = Json(
      "{\"split\":{\"categories\":[1.0,2],\"numCategories\":10,\"isLeft\":true,\"more\":[{}],"
      "\"featureIndex\":4,\"type\":\"categorical\"},\"type\":\"internal\"}\r\n"
      "{\"values\":[3,null,5],\"type\":\"leaf\"}\n" +
      std::string(kLeaf) + "not a node");
  ASSERT_TRUE(tree) << tree.error().Text();
  EXPECT_EQ(tree->nodes[0].kind, Kind::kCategorical);
  EXPECT_TRUE(tree->nodes[0].is_left);
  EXPECT_EQ(tree->nodes[0].feature, 4);
  EXPECT_THAT(ValuesOf(*tree, 0), ElementsAre(1, 2));
  EXPECT_THAT(ValuesOf(*tree, 1), ElementsAre(3, ::testing::IsNan(), 5));
  EXPECT_TRUE(Json("{\"type\":\"leaf\",\"values\":[1]}"));  // no last newline
}

TEST(DecisionTreeJson, NamesTheLineOfWhatIsWrong) {
  const std::string first = kInternal;
  EXPECT_EQ(FaultOf(Json(first + kLeaf)), "root/tree.json: line 3: expected a node, found the end");
  EXPECT_THAT(FaultOf(Json("")), HasSubstr("line 1: expected a node"));
  EXPECT_THAT(FaultOf(Json(first + "\n" + kLeaf + kLeaf)), HasSubstr("line 2: "));
  EXPECT_THAT(FaultOf(Json(first + "{\"type\":\"leaf\"}\n")),
              HasSubstr("line 2: a leaf needs 'values'"));
  EXPECT_THAT(FaultOf(Json("{\"type\":\"internal\"}\n")),
              HasSubstr("line 1: an internal node needs 'split'"));
  EXPECT_THAT(FaultOf(Json("{\"values\":[1]}\n")), HasSubstr("expected the type"));
  EXPECT_THAT(FaultOf(Json("{\"type\":\"leaf\",\"values\":[1,\"2\"]}\n")),
              HasSubstr("line 1: values[1]: expected a number"));
  const auto split = [](const std::string& members) {
    return FaultOf(Json("{\"type\":\"internal\",\"split\":{" + members + "}}\n"));
  };
  EXPECT_THAT(split("\"type\":\"continuous\",\"featureIndex\":0"), HasSubstr("line 1: split: "));
  EXPECT_THAT(split("\"type\":\"continuous\",\"threshold\":0"), HasSubstr("'featureIndex'"));
  EXPECT_THAT(split("\"type\":\"categorical\",\"featureIndex\":0,\"isLeft\":true,"
                    "\"numCategories\":3"),
              HasSubstr("'categories'"));
  EXPECT_THAT(split("\"type\":\"categorical\",\"featureIndex\":0,\"numCategories\":3,"
                    "\"categories\":[]"),
              HasSubstr("'isLeft'"));
  EXPECT_THAT(split("\"type\":\"random\",\"featureIndex\":0"), HasSubstr("'random'"));
  EXPECT_THAT(split("\"type\":\"continuous\",\"featureIndex\":-1,\"threshold\":0"),
              HasSubstr("feature index -1"));
  EXPECT_THAT(split("\"type\":\"continuous\",\"featureIndex\":1.5,\"threshold\":0"),
              HasSubstr("line 1: split.featureIndex: expected a 32-bit integer, found 1.5"));
}

TEST(DecisionTreeProto, ReadsTheExamplesOfTheFormat) {
  const auto continuous =
      Proto(Framed("0a 0d 0a 0b 12 09 11 00 00 00 00 00 00 e0 3f") +
            Framed("12 0a 0a 08 00 00 00 00 00 a0 55 40") + Framed("12 00") + "ignored");
  ASSERT_TRUE(continuous) << continuous.error().Text();
  EXPECT_EQ(continuous->nodes[0].kind, Kind::kContinuous);
  EXPECT_EQ(continuous->nodes[0].feature, 0);
  EXPECT_EQ(continuous->nodes[0].threshold, 0.5);
  EXPECT_THAT(ValuesOf(*continuous, 1), ElementsAre(86.5));
  EXPECT_EQ(continuous->nodes[2].values_count, 0U);
  const auto categorical = Proto(
      Framed("0a 1c 0a 1a 0a 18 08 04 10 01 18 0a 22 10 00 00 00 00 00 00 f0 3f 00 00 00 00 00 00 "
             "00 40") +
      Framed("12 00") + Framed("12 00"));
  ASSERT_TRUE(categorical) << categorical.error().Text();
  EXPECT_EQ(categorical->nodes[0].kind, Kind::kCategorical);
  EXPECT_EQ(categorical->nodes[0].feature, 4);
  EXPECT_TRUE(categorical->nodes[0].is_left);
  EXPECT_THAT(ValuesOf(*categorical, 0), ElementsAre(1, 2));
}

TEST(DecisionTreeProto, RefusesBrokenFraming) {
  const std::string internal = Framed("0a 0d 0a 0b 12 09 11 00 00 00 00 00 00 e0 3f");
  const std::string leaf = Framed("12 0a 0a 08 00 00 00 00 00 a0 55 40");
  ASSERT_TRUE(Proto(internal + leaf + leaf));
  const std::string whole = internal + leaf + leaf;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Proto(whole.substr(0, size))) << size;
  }
  EXPECT_EQ(FaultOf(Proto(FromHex("7f ff ff ff 12"))),
            "root/tree.pb: node 1: expected 2147483647 bytes, found 1");
  EXPECT_FALSE(Proto(FromHex("ff ff ff ff 12 00")));
  EXPECT_FALSE(Proto(FromHex("00 00 00 00")));
  EXPECT_THAT(FaultOf(Proto(Framed("0a 00"))), HasSubstr("without its split"));
  EXPECT_THAT(FaultOf(Proto(Framed("0a 0a 0a 08 12 06 08 ff ff ff ff 0f"))),
              HasSubstr("feature index 4294967295"));
}

// A tree of random shape in JSON, and what its pre-order makes of each node.
struct RandomTree {
  std::string text;
  std::vector<std::uint32_t> right;  // 0 for leaves
  std::uint32_t depth = 0;

  void Grow(std::mt19937& random, std::uint32_t level) {
    depth = std::max(depth, level);
    const std::size_t index = right.size();
    right.push_back(0);
    if (level == 12 || random() % 3 == 0) {
      text += kLeaf;
      return;
    }
    text += kInternal;
    Grow(random, level + 1);
    right[index] = static_cast<std::uint32_t>(right.size());
    Grow(random, level + 1);
  }
};

TEST(DecisionTree, FindsTheRightChildrenOfAnyShape) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    RandomTree expected;
    expected.Grow(random, 0);
    const auto tree = Json(expected.text);
    ASSERT_TRUE(tree) << tree.error().Text();
    ASSERT_EQ(tree->nodes.size(), expected.right.size()) << seed;
    EXPECT_EQ(tree->depth, expected.depth) << seed;
    for (std::size_t i = 0; i < expected.right.size(); ++i) {
      EXPECT_EQ(tree->nodes[i].right, expected.right[i]) << seed << " " << i;
    }
  }
}

std::string LeftChain(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += kInternal;
  for (std::size_t i = 0; i <= depth; ++i) text += kLeaf;
  return text;
}

TEST(DecisionTree, CapsItsDepthAndNotItsSize) {
  const auto deepest = Json(LeftChain(1024));
  ASSERT_TRUE(deepest) << deepest.error().Text();
  EXPECT_EQ(deepest->depth, 1024U);
  const auto deeper = Json(LeftChain(1025));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().problems.at(0).code, LoadCode::kOverLimit);
  EXPECT_THAT(deeper.error().Text(), HasSubstr("line 1025"));
  // A chain to the right: no stack to grow, but as deep.
  std::string right;
  for (int i = 0; i < 1025; ++i) right.append(kInternal).append(kLeaf);
  EXPECT_THAT(FaultOf(Json(right + kLeaf)), HasSubstr("deeper than the limit"));
  Limits unbounded;
  unbounded.tree_depth_max = 1'000'000;
  EXPECT_TRUE(Json(LeftChain(100'000), unbounded));
}

constexpr const char* kCluster = "{\"index\":0,\"norm\":1,\"values\":[1,2],\"numChildren\":";

TEST(ClusterTree, FindsTheEndOfEachSubtree) {
  const std::string leaf = std::string(kCluster) + "0}\n";
  const std::string text = "{\"index\":-1,\"norm\":1.5,\"values\":[1.5,-2],\"numChildren\":2}\n" +
                           leaf + "{\"numChildren\":3,\"norm\":2,\"values\":[],\"index\":-2}\n" +
                           leaf + leaf + leaf;
  const auto tree = Clusters(text + "not a node");
  ASSERT_TRUE(tree) << tree.error().Text();
  ASSERT_EQ(tree->nodes.size(), 6U);
  EXPECT_EQ(tree->nodes[0].index, -1);
  EXPECT_EQ(tree->nodes[0].norm, 1.5);
  EXPECT_EQ(tree->nodes[0].child_count, 2U);
  EXPECT_EQ(tree->nodes[0].center_count, 2U);
  EXPECT_EQ(tree->centers[1], -2);
  std::vector<std::uint32_t> ends;
  for (const auto& node : tree->nodes) ends.push_back(node.subtree_end);
  EXPECT_THAT(ends, ElementsAre(6, 2, 6, 4, 5, 6));
}

TEST(ClusterTree, ReadsTheExampleOfTheFormat) {
  const auto tree = ReadClusterTree(
      Framed("08 ff ff ff ff 0f 11 00 00 00 00 00 00 f8 3f 1a 08 00 00 00 00 00 00 f8 3f 20 02") +
          Framed("1a 00") + Framed("08 01"),
      BundleFormat::kProtobuf, {}, "root/tree.pb");
  ASSERT_TRUE(tree) << tree.error().Text();
  ASSERT_EQ(tree->nodes.size(), 3U);
  EXPECT_EQ(tree->nodes[0].index, -1);
  EXPECT_EQ(tree->nodes[0].norm, 1.5);
  EXPECT_EQ(tree->centers.at(0), 1.5);
  EXPECT_EQ(tree->nodes[2].index, 1);
}

TEST(ClusterTree, RefusesWhatCannotBe) {
  EXPECT_THAT(FaultOf(Clusters(std::string(kCluster) + "1}\n")), HasSubstr("line 2: expected"));
  EXPECT_THAT(FaultOf(Clusters(std::string(kCluster) + "-1}\n")), HasSubstr("children -1"));
  EXPECT_THAT(FaultOf(Clusters(std::string(kCluster) + "2147483647}\n")), HasSubstr("line 2"));
  EXPECT_THAT(FaultOf(Clusters("{\"index\":0,\"norm\":1,\"values\":[1]}\n")),
              HasSubstr("line 1: a cluster needs"));
  std::string chain;
  for (int i = 0; i < 2000; ++i) chain += std::string(kCluster) + "1}\n";
  const auto deep = Clusters(chain + kCluster + "0}\n");
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().problems.at(0).code, LoadCode::kOverLimit);
}

}  // namespace
}  // namespace pillion
