#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

OpFixture Make(std::string_view more) {
  return {"word_to_vector",
          R"({"words": {"type": "list", "string": ["a", "b"]},
              "word_vectors": {"type": "list", "double": [1.0, 2.0, 3.0, 4.0]})" +
              std::string(more) + "}",
          {"input"},
          {"output"}};
}

TEST(WordToVector, AveragesOverAllWords) {
  OpFixture op = Make("");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Texts({"a", "b", "zzz"})}), "[1.3333333333333333, 2]");
  EXPECT_EQ(op.Score({Texts({"zzz"})}), "[0, 0]");
  EXPECT_EQ(op.Score({Texts({})}), "(2){}");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
}

TEST(WordToVector, NormalisesWithTheSqrtKernel) {
  OpFixture op = Make(R"(, "kernel": {"string": "sqrt"})");
  EXPECT_EQ(op.Score({Texts({"a", "b", "zzz"})}), "[0.5547001962252291, 0.8320502943378437]");
  EXPECT_THAT(op.Score({Texts({"zzz"})}), HasSubstr("nan"));
}

TEST(WordToVector, FollowsTheIndices) {
  OpFixture op = Make(R"(, "indices": {"type": "list", "long": [1, 0]})");
  EXPECT_EQ(op.Score({Texts({"a"})}), "[3, 4]");
  OpFixture beyond = Make(R"(, "indices": {"type": "list", "long": [2, -1]})");
  EXPECT_EQ(beyond.Score({Texts({"a"})}), "kIndexOutOfBounds input");
  EXPECT_EQ(beyond.Score({Texts({"b"})}), "kIndexOutOfBounds input");
}

TEST(WordToVector, TakesATensorForNoNumbersAsMLeapDoes) {
  OpFixture op("word_to_vector",
               R"({"words": {"type": "list", "string": ["a"]},
                   "word_vectors": {"type": "tensor", "double": [1.0],
                       "shape": {"dimensions": [{"size": 1, "name": ""}]}}})",
               {"input"}, {"output"});
  EXPECT_EQ(op.Score({Texts({"a", "b"})}), "[]");
  EXPECT_EQ(op.Score({Texts({})}), "(0){}");
}

TEST(WordToVector, RefusesMoreSumsThanARowMayCost) {
  constexpr std::size_t kSize = 1000;
  std::string zeros = "0";
  for (std::size_t i = 1; i < kSize; ++i) zeros += ", 0";
  OpFixture op("word_to_vector",
               R"({"words": {"type": "list", "string": ["a"]},
                   "word_vectors": {"type": "list", "double": [)" +
                   zeros + "]}}",
               {"input"}, {"output"});
  const std::vector<std::string_view> words(70'000, "a");
  EXPECT_EQ(op.Score({{Value::List(words.data(), 70'000), nullptr, nullptr}}), "kTooCostly input");
  EXPECT_TRUE(
      op.Score({{Value::List(words.data(), 1'000), nullptr, nullptr}}).starts_with("[0, 0"));
}

TEST(WordToVector, RefusesOtherKernelsAndNoWords) {
  EXPECT_THAT(Make(R"(, "kernel": {"string": "mean"})").refusal(),
              HasSubstr("word_to_vector.kernel"));
  EXPECT_THAT(Make(R"(, "indices": {"type": "list"})").refusal(),
              HasSubstr("word_to_vector.words"));
}

}  // namespace
}  // namespace pillion::testing
