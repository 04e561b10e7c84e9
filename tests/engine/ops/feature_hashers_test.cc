#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/java/murmur3.h"
#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int32_t kSize = 262144;

// Columns "real" and "bool", "stringNum" and "string", as in the example of Spark's documentation.
OpFixture Hasher(std::string_view categorical = "", std::string_view size = "262144") {
  constexpr std::string_view kShape = R"({"base": "scalar", "isNullable": true})";
  return {"feature_hasher",
          fmt::format(R"({{"num_features": {{"long": {}}},
              "categorical_cols": {{"type": "list", "string": [{}]}},
              "input_names": {{"type": "list", "string": ["real", "bool", "num", "string"]}},
              "basic_types": {{"type": "list",
                               "basic_type": ["double", "boolean", "int", "string"]}},
              "input_shapes": {{"type": "list", "data_shape": [{}, {}, {}, {}]}}}})",
                      size, categorical, kShape, kShape, kShape, kShape),
          {"input0", "input1", "input2", "input3"},
          {"output"}};
}

std::int32_t Bucket(std::string_view key) {
  return NonNegativeModulo(Murmur3(key, MurmurTail::kStandard), kSize);
}

std::string Expected(std::vector<std::pair<std::int32_t, double>> entries) {
  std::sort(entries.begin(), entries.end());
  std::vector<std::string> texts;
  for (const auto& [index, value] : entries) texts.push_back(fmt::format("{}: {}", index, value));
  return fmt::format("({}){{{}}}", kSize, fmt::join(texts, ", "));
}

Given Boolean(bool x) { return {Value::Scalar(x), nullptr, nullptr}; }
Given Int(std::int32_t x) { return {Value::Scalar(x), nullptr, nullptr}; }

TEST(FeatureHasher, HashesNamesOfNumbersAndTextsOfTheRest) {
  OpFixture op = Hasher();
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(2.5), Boolean(true), Int(3), Text("foo")}),
            Expected({{Bucket("real"), 2.5},
                      {Bucket("bool=true"), 1},
                      {Bucket("num"), 3},
                      {Bucket("string=foo"), 1}}));
}

TEST(FeatureHasher, KeepsZerosAndLeavesNullsOut) {
  OpFixture op = Hasher();
  EXPECT_EQ(op.Score({Number(0), Null(), Null(), Text("")}),
            Expected({{Bucket("real"), 0}, {Bucket("string="), 1}}));
  EXPECT_EQ(op.Score({Null(), Null(), Null(), Null()}), "(262144){}");
}

TEST(FeatureHasher, TreatsListedColumnsAsText) {
  OpFixture op = Hasher(R"("real", "num")");
  EXPECT_EQ(
      op.Score({Number(1e7), Boolean(false), Int(-3), Null()}),
      Expected({{Bucket("real=1.0E7"), 1}, {Bucket("bool=false"), 1}, {Bucket("num=-3"), 1}}));
}

TEST(FeatureHasher, AddsWhatMeets) {
  OpFixture op = Hasher("", "1");
  EXPECT_EQ(op.Score({Number(0.25), Boolean(true), Int(3), Text("foo")}), "(1){0: 5.25}");
}

TEST(FeatureHasher, RefusesOtherShapesAndSizes) {
  EXPECT_THAT(Hasher("", "0").refusal(), HasSubstr("feature_hasher.num_features"));
  const OpFixture list("feature_hasher",
                       R"({"num_features": {"long": 8}, "categorical_cols": {"type": "list"},
                           "input_names": {"type": "list", "string": ["x"]},
                           "basic_types": {"type": "list", "basic_type": ["double"]},
                           "input_shapes": {"type": "list",
                               "data_shape": [{"base": "list", "isNullable": true}]}})",
                       {"input0"}, {"output"});
  EXPECT_THAT(list.refusal(), HasSubstr("feature_hasher.input_shapes: expected scalars"));
}

}  // namespace
}  // namespace pillion::testing
