// The value that stood for a missing one in training: ignored as by MLeap, or heeded as by
// XGBoost4J-Spark 2.0.3 (DataUtils and processMissingValues).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/engine/formats/xgboost/booster_models.h"
#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The first of two features below 0.5 gives 1, otherwise or missing 2.
std::string MissingIsTwo() {
  BinaryModel model;
  model.Learner(0, 2, "reg:squarederror", "gbtree").TreeCount(1);
  model.TreeHead(3).Node(1, 2, 0, 0.5F).Node(-1, -1, 0, 1).Node(-1, -1, 0, 2);
  model.Statistics(4).Statistics(3).Statistics(1).Zeros(4);
  return model.text();
}

OpFixture Trained(const std::string& attributes, XgboostMissing missing,
                  XgboostRuntime runtime = XgboostRuntime::kNative) {
  LoadOptions options;
  options.xgboost_missing = missing;
  options.xgboost_runtime = runtime;
  return OpFixture("xgboost.regression", R"({"num_features":{"int":2})" + attributes + "}",
                   {"features"}, {"prediction"}, {{"xgboost.model", MissingIsTwo()}}, options);
}

TEST(XgboostMissing, AsMleapTheMarkerIsANumber) {
  for (const char* marker :
       {"", R"(,"missing":{})", R"(,"missing":{"float":-999})", R"(,"missing":{"float":null})"}) {
    OpFixture op = Trained(marker, XgboostMissing::kAsMleap);
    ASSERT_EQ(op.refusal(), "");
    EXPECT_EQ(op.Score({Dense({0, 7})}), "1") << marker;
    EXPECT_EQ(op.Score({Dense({-999, 7})}), "1") << marker;
    EXPECT_EQ(op.Score({Dense({kNan, 7})}), "2") << marker;
    EXPECT_EQ(op.Score({Sparse(2, {{0, -999}, {1, 7}})}), "1") << marker;
    EXPECT_EQ(op.Score({Sparse(2, {{1, 7}})}), "2") << marker;
  }
}

TEST(XgboostMissing, AsTrainedZerosAreMissing) {
  for (const XgboostRuntime runtime : {XgboostRuntime::kNative, XgboostRuntime::kPredictor}) {
    OpFixture op = Trained(R"(,"missing":{})", XgboostMissing::kAsTrained, runtime);
    EXPECT_EQ(op.Score({Dense({0, 7})}), "2");
    EXPECT_EQ(op.Score({Dense({-0.0, 7})}), "2");
    EXPECT_EQ(op.Score({Dense({1e-60, 7})}), "2");  // 0 as a float
    EXPECT_EQ(op.Score({Dense({0.25, 0})}), "1");
    EXPECT_EQ(op.Score({Dense({kNan, 7})}), "2");
    EXPECT_EQ(op.Score({Sparse(2, {{0, 0}, {1, 7}})}), "2");
    EXPECT_EQ(op.Score({Sparse(2, {{0, 0.25}})}), "1");
    EXPECT_EQ(op.Score({Sparse(2, {})}), "2");
    EXPECT_EQ(op.Score({Dense({})}), "2");
  }
}

TEST(XgboostMissing, AsTrainedAnotherMarkerIsMissing) {
  OpFixture op = Trained(R"(,"missing":{"float":-999})", XgboostMissing::kAsTrained);
  EXPECT_EQ(op.Score({Dense({-999, 7})}), "2");
  EXPECT_EQ(op.Score({Dense({-999.000000001, 7})}), "2");  // the same float
  EXPECT_EQ(op.Score({Dense({-998, 7})}), "1");
  EXPECT_EQ(op.Score({Dense({0, 7})}), "1");
  EXPECT_EQ(op.Score({Dense({kNan, 7})}), "2");
  // Spark: "you can only specify missing value as 0.0 when you have SparseVector".
  EXPECT_EQ(op.Score({Sparse(2, {{1, 7}})}), "kInvalidValue features");

  OpFixture told =
      Trained(R"(,"missing":{"float":-999},"allow_non_zero_for_missing":{"boolean":true})",
              XgboostMissing::kAsTrained);
  EXPECT_EQ(told.Score({Sparse(2, {{1, 7}})}), "2");
  EXPECT_EQ(told.Score({Sparse(2, {{0, -999}})}), "2");
  EXPECT_EQ(told.Score({Sparse(2, {{0, 0}})}), "1");
}

TEST(XgboostMissing, AsTrainedNanIsWhatItIsForMleap) {
  for (const char* marker : {"", R"(,"missing":{"float":null})"}) {
    OpFixture op = Trained(marker, XgboostMissing::kAsTrained);
    EXPECT_EQ(op.Score({Dense({0, 7})}), "1") << marker;
    EXPECT_EQ(op.Score({Dense({kNan, 7})}), "2") << marker;
    EXPECT_EQ(op.Score({Sparse(2, {{1, 7}})}), "2") << marker;
  }
}

TEST(XgboostMissing, AnIgnoredMarkerIsWarnedOf) {
  const auto warnings = [](const std::string& marker, XgboostMissing missing) {
    return Trained(marker, missing).warnings();
  };
  const std::string zero = R"(,"missing":{})";
  ASSERT_EQ(warnings(zero, XgboostMissing::kAsMleap).size(), 1U);
  EXPECT_THAT(warnings(zero, XgboostMissing::kAsMleap)[0],
              HasSubstr("root/model.json: xgboost.regression.missing: in training 0 stood"));
  EXPECT_THAT(warnings(R"(,"missing":{"float":-999.5})", XgboostMissing::kAsMleap)[0],
              HasSubstr("in training -999.5 stood"));
  EXPECT_TRUE(warnings(zero, XgboostMissing::kAsTrained).empty());
  EXPECT_TRUE(warnings(R"(,"missing":{"float":null})", XgboostMissing::kAsMleap).empty());
  EXPECT_TRUE(warnings("", XgboostMissing::kAsMleap).empty());
}

}  // namespace
}  // namespace pillion::testing
