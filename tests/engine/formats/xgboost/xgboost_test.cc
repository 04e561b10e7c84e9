// XGBoost models through the ops: every encoding, both runtimes, hostile files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "engine/formats/xgboost/booster.h"
#include "tests/engine/formats/xgboost/booster_models.h"
#include "tests/support/attribute_json.h"
#include "tests/support/numbers_in.h"
#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> kFeatures = {"features"};

LoadOptions For(XgboostRuntime runtime) {
  LoadOptions options;
  options.xgboost_runtime = runtime;
  return options;
}

OpFixture Classifier(const std::string& file, const std::vector<std::string>& ports,
                     int tree_limit = 0, XgboostRuntime runtime = XgboostRuntime::kNative) {
  return OpFixture("xgboost.classifier",
                   AttributesJson({{"num_features", IntJson(1)},
                                   {"num_classes", IntJson(2)},
                                   {"tree_limit", IntJson(tree_limit)}}),
                   kFeatures, ports, {{"xgboost.model", file}}, For(runtime));
}

OpFixture Regression(const std::string& file, const std::vector<std::string>& ports,
                     XgboostRuntime runtime = XgboostRuntime::kNative) {
  return OpFixture("xgboost.regression", AttributesJson({{"num_features", IntJson(1)}}), kFeatures,
                   ports, {{"xgboost.model", file}}, For(runtime));
}

class EveryEncoding : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryEncoding, ClassifiesByTheOneMargin) {
  OpFixture op =
      Classifier(GetParam(), {"raw_prediction", "probability", "prediction", "leaf_prediction"});
  ASSERT_EQ(op.refusal(), "");
  const auto numbers = NumbersIn(op.Score({Dense({0.2})}));
  EXPECT_THAT(numbers, ElementsAre(-(0.3F - 0.1F), 0.3F - 0.1F, DoubleNear(0.45016599F, 1e-7),
                                   DoubleNear(0.54983401F, 1e-7), 1, 1, 0));
  EXPECT_EQ(NumbersIn(op.Score({Dense({kNan})})), numbers);  // missing goes left
  EXPECT_EQ(NumbersIn(op.Score({Sparse(1, {})})), numbers);
  EXPECT_EQ(NumbersIn(op.Score({Dense({0.5})}))[1], -0.1F - 0.1F);  // not below: right
}

TEST_P(EveryEncoding, SharesTheMarginAmongFeatures) {
  OpFixture op = Regression(GetParam(), {"prediction", "contrib_prediction"});
  // The first tree's mean is (0.3 * 3 - 0.1) / 4 = 0.2, and its answer 0.3: 0.1 is due to the
  // feature.
  const auto numbers = NumbersIn(op.Score({Dense({0.2})}));
  ASSERT_EQ(numbers.size(), 3U);
  EXPECT_NEAR(numbers[1], 0.1, 1e-7);
  EXPECT_NEAR(numbers[2], 0.1, 1e-7);
}

TEST_P(EveryEncoding, AnswersOrRefusesWhateverIsCutOff) {
  const std::string& whole = GetParam();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto file = ReadBoosterFile(std::string_view(whole).substr(0, size), {}, "cut");
    if (file) (void)Booster::Make(*file, 0, {}, "cut");
  }
}

TEST_P(EveryEncoding, AnswersOrRefusesWhateverIsChanged) {
  const std::string& whole = GetParam();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', '\xff', '\x7f', '[', '9'}) {
      std::string changed = whole;
      changed[at] = byte;
      const auto file = ReadBoosterFile(changed, {}, "changed");
      if (!file) continue;
      const auto booster = Booster::Make(*file, 0, {}, "changed");
      if (!booster) continue;
      Arena arena(1 << 16);
      const double x = 0.2;
      const float* features = nullptr;
      if (booster->ReadFeatures({1, 1, &x, nullptr}, arena, &features) != ScoreCode::kOk) continue;
      auto* margins = arena.Allocate<float>(booster->group_count());
      if (margins != nullptr) (void)booster->Margins(features, arena, margins);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, EveryEncoding,
                         ::testing::Values(SmallBinary(), "binf" + SmallBinary(), SmallJson(),
                                           SmallUbjson()));

TEST(Xgboost, RefusesWhatTheNativeLibraryRefuses) {
  OpFixture op = Classifier(SmallBinary(), {"prediction"});
  EXPECT_EQ(op.Score({Dense({0.2, 1})}), "kWrongSize features");
  EXPECT_EQ(op.Score({Dense({1e300})}), "kInvalidValue features");
  EXPECT_EQ(op.Score({Null()}), "kNullValue features");
  EXPECT_THAT(Classifier(SmallBinary(), {"prediction"}, 3).refusal(),
              HasSubstr("tree_limit asks for 3 rounds, found 2"));
}

TEST(Xgboost, TreeLimitCountsRounds) {
  OpFixture op = Classifier(SmallBinary(), {"raw_prediction", "leaf_prediction"}, 1);
  EXPECT_THAT(NumbersIn(op.Score({Dense({0.2})})), ElementsAre(-0.3F, 0.3F, 1));
}

TEST(Xgboost, DartWeighsTheTrees) {
  OpFixture op = Classifier(SmallBinary("dart"), {"raw_prediction"});
  EXPECT_EQ(NumbersIn(op.Score({Dense({0.2})}))[1], 0.3F + -0.1F * 0.5F);
}

TEST(Xgboost, LinearSkipsWhatIsMissing) {
  BinaryModel model;
  model.Learner(2, 2, "reg:squarederror", "gblinear").Zeros(136);
  model.Put(std::uint64_t{3}).Put(0.5F).Put(-1.0F).Put(0.25F);
  OpFixture op = Regression(model.text(), {"prediction", "contrib_prediction"});
  EXPECT_EQ(op.Score({Dense({2, 3})}), "0.25; [1, -3, 2.25]");
  EXPECT_EQ(op.Score({Dense({2, kNan})}), "3.25; [1, 0, 2.25]");
  EXPECT_THAT(Regression(model.text(), {"prediction", "leaf_prediction"}).refusal(),
              HasSubstr("leaf_prediction"));
}

TEST(Xgboost, CategoricalSplitsSendTheListedRight) {
  std::string json = SmallJson();
  const std::string none = R"("categories":[],"categories_nodes":[],"categories_segments":[],
   "categories_sizes":[])";
  json.replace(json.find(none), none.size(),
               R"("categories":[0,40],"categories_nodes":[0],"categories_segments":[0],
   "categories_sizes":[2])");
  OpFixture op = Classifier(json, {"leaf_prediction"});
  ASSERT_EQ(op.refusal(), "");
  for (const double right : {0.0, 0.7, 40.0}) EXPECT_EQ(op.Score({Dense({right})}), "[2, 0]");
  for (const double left : {1.0, 41.0, 72.0, -1.0, 1e9, kNan}) {
    EXPECT_EQ(op.Score({Dense({left})}), "[1, 0]");
  }
}

// A tree of one split whose children are `left` and `right`.
std::string WithChildren(std::int32_t left, std::int32_t right, std::uint32_t feature = 0) {
  BinaryModel model;
  model.Learner(0.5F, 1, "reg:squarederror", "gbtree").TreeCount(1).TreeHead(3);
  model.Node(left, right, feature, 0.5F).Node(-1, -1, 0, 1).Node(-1, -1, 0, 2);
  return model.Statistics(2).Statistics(1).Statistics(1).Zeros(4).text();
}

TEST(Xgboost, RefusesNodesThatAreNoTree) {
  const auto refusal = [](const std::string& file) {
    return Regression(file, {"prediction"}).refusal();
  };
  EXPECT_EQ(refusal(WithChildren(1, 2)), "");
  EXPECT_THAT(refusal(WithChildren(0, 1)), HasSubstr("tree 0: node 0 is reached twice"));
  EXPECT_THAT(refusal(WithChildren(2, 3)), HasSubstr("node 0 has the children 2 and 3 of 3"));
  EXPECT_THAT(refusal(WithChildren(2, 1)), HasSubstr("node 0 has the children 2 and 1"));
  EXPECT_THAT(refusal(WithChildren(-7, -6)), HasSubstr("node 0 has the children -7 and -6"));
  EXPECT_THAT(refusal(WithChildren(1, 2, 1)), HasSubstr("node 0 splits on feature 1 of 1"));
}

TEST(Xgboost, RefusesCountsThatLie) {
  BinaryModel many;
  many.Learner(0.5F, 1, "reg:squarederror", "gbtree").TreeCount(1).TreeHead(INT32_MAX);
  EXPECT_THAT(Regression(many.text(), {"prediction"}).refusal(), HasSubstr("ends early"));
  BinaryModel linear;
  linear.Learner(0.5F, 1, "reg:squarederror", "gblinear").Zeros(136).Put(UINT64_MAX);
  EXPECT_THAT(Regression(linear.text(), {"prediction"}).refusal(), HasSubstr("ends early"));
  BinaryModel wide;
  wide.Learner(0.5F, UINT32_MAX, "reg:squarederror", "gblinear").Zeros(136).Zeros(8);
  EXPECT_THAT(Regression(wide.text(), {"prediction"}).refusal(), HasSubstr("expected 4294967296"));
}

TEST(Xgboost, RefusesUnknownObjectivesAndBaseScores) {
  BinaryModel unknown;
  unknown.Learner(0.5F, 1, "my:objective", "gbtree").TreeCount(0);
  EXPECT_THAT(Regression(unknown.text(), {"prediction"}).refusal(),
              HasSubstr("the objective 'my:objective' is not known"));
  BinaryModel out;
  out.Learner(1.5F, 1, "binary:logistic", "gbtree").TreeCount(0);
  EXPECT_THAT(Regression(out.text(), {"prediction"}).refusal(), HasSubstr("base score"));
}

TEST(Xgboost, ObjectivesTurnMarginsIntoPredictions) {
  const auto prediction = [](std::string_view objective, float base, std::uint32_t version) {
    BinaryModel model;
    model.Learner(base, 1, objective, "gbtree", version).TreeCount(0);
    return NumbersIn(Regression(model.text(), {"prediction"}).Score({Dense({0})})).front();
  };
  EXPECT_FLOAT_EQ(prediction("reg:squarederror", 0.25F, 2), 0.25F);
  EXPECT_FLOAT_EQ(prediction("binary:logistic", 0.25F, 2), 0.25F);
  EXPECT_FLOAT_EQ(prediction("count:poisson", 3, 2), 3);
  EXPECT_FLOAT_EQ(prediction("binary:hinge", 0.25F, 2), 1);
  EXPECT_FLOAT_EQ(prediction("binary:logitraw", -2, 2), -2);
  // Before 1.0 the base score was the margin.
  EXPECT_FLOAT_EQ(prediction("binary:logistic", 0, 0), 0.5F);
}

TEST(XgboostPredictor, AddsTheBaseScoreLastAndHasProbabilitiesOnly) {
  OpFixture op = Classifier(SmallBinary(), {"raw_prediction", "probability", "prediction"}, 0,
                            XgboostRuntime::kPredictor);
  EXPECT_THAT(NumbersIn(op.Score({Dense({0.2})})),
              ElementsAre(DoubleNear(0.45016599F, 1e-7), DoubleNear(0.54983401F, 1e-7)));
  // It neither counts features nor minds infinity.
  EXPECT_THAT(NumbersIn(op.Score({Dense({std::numeric_limits<double>::infinity(), 1})})),
              ElementsAre(DoubleNear(0.549834F, 1e-7), DoubleNear(0.450166F, 1e-7)));
  EXPECT_THAT(Classifier(SmallBinary(), {"prediction"}, 0, XgboostRuntime::kPredictor).refusal(),
              HasSubstr("probability"));
}

TEST(XgboostPredictor, ReadsTheLegacyFormAlone) {
  EXPECT_NE(Regression(SmallJson(), {"prediction"}, XgboostRuntime::kPredictor).refusal(), "");
}

}  // namespace
}  // namespace pillion::testing
