// Trees, forests and boosted trees on the examples of MLeap's behaviour: what leaves, weights,
// thresholds and declared ports make of each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/attribute_json.h"
#include "tests/support/numbers_in.h"
#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using SideFile = OpFixture::SideFile;

const std::vector<std::string> kFeatures = {"features"};
const std::vector<std::string> kAllPorts = {"raw_prediction", "probability", "prediction"};

std::string Leaf(const std::string& values) {
  return R"({"type":"leaf","values":[)" + values + "]}\n";
}

// x <= 0.5 ? left : right
std::string Stump(const std::string& left, const std::string& right) {
  return R"({"type":"internal","split":{"type":"continuous","featureIndex":0,"threshold":0.5}})"
         "\n" +
         Leaf(left) + Leaf(right);
}

std::string TreeAttributes(int class_count = 0) {
  return class_count == 0 ? AttributesJson({{"num_features", LongJson(1)}})
                          : AttributesJson({{"num_features", LongJson(1)},
                                            {"num_classes", LongJson(class_count)}});
}

// tree0, tree1, ... with their models' files.
std::vector<SideFile> Trees(const std::string& op, int class_count,
                            const std::vector<std::string>& trees) {
  std::vector<SideFile> files;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    const std::string directory = "tree" + std::to_string(i);
    files.push_back({directory + "/model.json", ModelJson(op, TreeAttributes(class_count))});
    files.push_back({directory + "/tree.json", trees[i]});
  }
  return files;
}

OpFixture ClassifierTree(const std::vector<std::string>& ports,
                         const std::string& thresholds = "") {
  std::string attributes = TreeAttributes(2);
  if (!thresholds.empty()) {
    attributes.insert(attributes.size() - 1, R"(, "thresholds": )" + thresholds);
  }
  return OpFixture("decision_tree_classifier", attributes, kFeatures, ports,
                   {{"tree.json", Leaf("3, 1")}});
}

TEST(DecisionTreeRegression, GoesLeftUpToTheThreshold) {
  OpFixture op("decision_tree_regression", TreeAttributes(), kFeatures, {"prediction"},
               {{"tree.json", Stump("86.5", "12.0")}});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({0.5})}), "86.5");
  EXPECT_EQ(op.Score({Dense({0.6})}), "12");
  EXPECT_EQ(op.Score({Dense({std::numeric_limits<double>::quiet_NaN()})}), "12");
  EXPECT_EQ(op.Score({Sparse(1, {})}), "86.5");
  EXPECT_EQ(op.Score({Dense({})}), "kIndexOutOfBounds features");
  EXPECT_EQ(op.Score({Null()}), "kNullValue features");
}

TEST(DecisionTreeRegression, SendsUnknownCategoriesToTheUnlistedSide) {
  const auto tree = [](const char* is_left) {
    return std::string(R"({"type":"internal","split":{"type":"categorical","featureIndex":0,)") +
           R"("isLeft":)" + is_left + R"(,"numCategories":3,"categories":[0.0,2.0]}})" + "\n" +
           Leaf("1") + Leaf("2");
  };
  OpFixture listed_left("decision_tree_regression", TreeAttributes(), kFeatures, {"prediction"},
                        {{"tree.json", tree("true")}});
  EXPECT_EQ(listed_left.Score({Dense({2})}), "1");
  EXPECT_EQ(listed_left.Score({Dense({-0.0})}), "1");
  EXPECT_EQ(listed_left.Score({Dense({7})}), "2");
  OpFixture listed_right("decision_tree_regression", TreeAttributes(), kFeatures, {"prediction"},
                         {{"tree.json", tree("false")}});
  EXPECT_EQ(listed_right.Score({Dense({2})}), "2");
  EXPECT_EQ(listed_right.Score({Dense({0.5})}), "1");
  EXPECT_EQ(listed_right.Score({Dense({std::numeric_limits<double>::quiet_NaN()})}), "1");
}

TEST(DecisionTreeClassifier, GivesTheLeafItsSharesAndTheLargest) {
  EXPECT_EQ(ClassifierTree(kAllPorts).Score({Dense({0})}), "[3, 1]; [0.75, 0.25]; 0");
}

TEST(DecisionTreeClassifier, AnswersTheSameEachTime) {
  OpFixture op = ClassifierTree({"probability", "prediction"});
  const std::string first = op.Score({Dense({0})});
  EXPECT_EQ(op.Score({Dense({0})}), first);
}

TEST(DecisionTreeClassifier, DividesByThresholds) {
  EXPECT_EQ(ClassifierTree({"prediction"}, ListJson({0.9, 0.2})).Score({Dense({0})}), "1");
  EXPECT_EQ(ClassifierTree({"prediction"}, ListJson({0.9, 0.0})).Score({Dense({0})}), "1");
  EXPECT_EQ(
      ClassifierTree({"raw_prediction", "prediction"}, ListJson({0.9, 0.2})).Score({Dense({0})}),
      "[3, 1]; 1");
}

TEST(DecisionTreeClassifier, RefusesThresholdsOfAnotherLength) {
  EXPECT_THAT(ClassifierTree({"prediction"}, ListJson({0.5})).refusal(),
              HasSubstr("thresholds: expected one for each of 2 classes, found 1"));
}

TEST(DecisionTreeClassifier, GivesLeavesAsLongAsTheyAre) {
  OpFixture op("decision_tree_classifier", TreeAttributes(2), kFeatures, kAllPorts,
               {{"tree.json", Stump("1", "1, 2, 4")}});
  EXPECT_EQ(op.Score({Dense({0})}), "[1]; [1]; 0");
  EXPECT_EQ(op.Score({Dense({1})}),
            "[1, 2, 4]; [0.14285714285714285, 0.2857142857142857, 0.5714285714285714]; 2");
}

TEST(RandomForestClassifier, AddsTheSharesOfEachTree) {
  const std::string attributes = AttributesJson({{"num_features", LongJson(1)},
                                                 {"num_classes", LongJson(2)},
                                                 {"tree_weights", ListJson({5, 1})},
                                                 {"trees", StringListJson({"tree0", "tree1"})}});
  OpFixture op("random_forest_classifier", attributes, kFeatures, kAllPorts,
               Trees("decision_tree_classifier", 2, {Leaf("3, 1"), Leaf("0, 2")}));
  EXPECT_EQ(op.Score({Dense({0})}), "[0.75, 1.25]; [0.375, 0.625]; 1");
  OpFixture empty_leaf("random_forest_classifier", attributes, kFeatures, kAllPorts,
                       Trees("decision_tree_classifier", 2, {Leaf("0, 0"), Leaf("0, 2")}));
  EXPECT_EQ(empty_leaf.Score({Dense({0})}), "[0, 1]; [0, 1]; 1");
}

std::string BoostedAttributes(const std::vector<double>& weights) {
  return AttributesJson({{"num_features", LongJson(1)},
                         {"num_classes", LongJson(2)},
                         {"tree_weights", ListJson(weights)},
                         {"trees", StringListJson({"tree0", "tree1"})}});
}

const std::vector<SideFile>& TwoTrees() {
  static const std::vector<SideFile> files =
      Trees("decision_tree_regression", 0, {Leaf("0.5"), Leaf("-0.25")});
  return files;
}

TEST(RandomForestClassifier, RefusesLeavesWithoutAllClasses) {
  OpFixture op("random_forest_classifier", BoostedAttributes({1, 1}), kFeatures, kAllPorts,
               Trees("decision_tree_classifier", 2, {Leaf("3, 1"), Leaf("3")}));
  EXPECT_THAT(op.refusal(), HasSubstr("trees: expected 2 values in each leaf, found 1"));
}

TEST(RandomForestRegression, TakesTheMeanWithoutWeights) {
  OpFixture op("random_forest_regression", BoostedAttributes({9, 9}), kFeatures, {"prediction"},
               TwoTrees());
  EXPECT_EQ(op.Score({Dense({0})}), "0.125");
}

TEST(GbtRegression, WeighsTheTrees) {
  OpFixture op("gbt_regression", BoostedAttributes({1, 0.1}), kFeatures, {"prediction"},
               TwoTrees());
  EXPECT_EQ(op.Score({Dense({0})}), "0.475");
}

TEST(GbtRegression, RefusesAnotherNumberOfWeights) {
  OpFixture op("gbt_regression", BoostedAttributes({1}), kFeatures, {"prediction"}, TwoTrees());
  EXPECT_THAT(op.refusal(), HasSubstr("tree_weights: expected one for each of 2 trees, found 1"));
}

TEST(GbtRegression, RefusesTreesOfAnotherOp) {
  OpFixture op("gbt_regression", BoostedAttributes({1, 1}), kFeatures, {"prediction"},
               Trees("decision_tree_classifier", 1, {Leaf("1"), Leaf("1")}));
  EXPECT_THAT(op.refusal(), HasSubstr("expected a model of the op 'decision_tree_regression'"));
}

TEST(GbtClassifier, TurnsTheMarginIntoTwoProbabilities) {
  OpFixture op("gbt_classifier", BoostedAttributes({1, 0.1}), kFeatures, kAllPorts, TwoTrees());
  EXPECT_THAT(NumbersIn(op.Score({Dense({0})})),
              ElementsAre(-0.475, 0.475, DoubleNear(0.27888482197713693, 1e-15),
                          DoubleNear(0.7211151780228631, 1e-15), 1));
}

TEST(GbtClassifier, LetsAVanishingMarginDecideOnlyWithoutProbabilities) {
  // Both probabilities are 0.5 then, and the first class wins.
  const std::vector<SideFile> files =
      Trees("decision_tree_regression", 0, {Leaf("1e-18"), Leaf("0")});
  OpFixture alone("gbt_classifier", BoostedAttributes({1, 1}), kFeatures, {"prediction"}, files);
  EXPECT_EQ(alone.Score({Dense({0})}), "1");
  OpFixture all("gbt_classifier", BoostedAttributes({1, 1}), kFeatures,
                {"probability", "prediction"}, files);
  EXPECT_EQ(all.Score({Dense({0})}), "[0.5, 0.5]; 0");
}

}  // namespace
}  // namespace pillion::testing
