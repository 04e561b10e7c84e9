#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

OpFixture Make(std::string_view op, std::string_view attributes) {
  return {op, attributes, {"input"}, {"output"}};
}

OpFixture Counter(std::string_view min_tf, std::string_view binary = "{}") {
  return Make("count_vectorizer",
              R"({"vocabulary": {"type": "list", "string": ["a", "b", "c"]}, "min_tf": )" +
                  std::string(min_tf) + R"(, "binary": )" + std::string(binary) + "}");
}

TEST(CountVectorizer, CountsWordsOfTheVocabulary) {
  OpFixture one = Counter(R"({"double": 1.0})");
  ASSERT_EQ(one.refusal(), "");
  EXPECT_EQ(one.Score({Texts({"a", "a", "b", "z"})}), "(3){0: 2, 1: 1}");
  EXPECT_EQ(one.Score({Texts({"c", "a", "c"})}), "(3){0: 1, 2: 2}");
  EXPECT_EQ(one.Score({Texts({})}), "(3){}");
  EXPECT_EQ(one.Score({Null()}), "kNullValue input");
}

TEST(CountVectorizer, LeavesRareWordsOut) {
  // A share counts all tokens, known or not.
  EXPECT_EQ(Counter(R"({"double": 0.5})").Score({Texts({"a", "a", "b", "z"})}), "(3){0: 2}");
  EXPECT_EQ(Counter(R"({"double": 2.0})").Score({Texts({"a", "a", "b", "z"})}), "(3){0: 2}");
  EXPECT_EQ(Counter("{}").Score({Texts({"b", "z"})}), "(3){1: 1}");
  EXPECT_EQ(Counter(R"({"double": 2.0})", R"({"boolean": true})").Score({Texts({"a", "a", "b"})}),
            "(3){0: 1}");
}

TEST(CountVectorizer, DuplicatesShrinkTheVector) {
  OpFixture op = Make("count_vectorizer",
                      R"({"vocabulary": {"type": "list", "string": ["a", "b", "a", "c"]},
                          "min_tf": {"double": 1.0}, "binary": {}})");
  ASSERT_EQ(op.outputs()[0].type, DataType::Vector(3));
  EXPECT_EQ(op.Score({Texts({"a", "b"})}), "(3){1: 1, 2: 1}");
  EXPECT_EQ(op.Score({Texts({"c"})}), "kIndexOutOfBounds input");
}

TEST(HashingTermFrequency, CountsHashes) {
  const std::string_view terms = R"({"num_features": {"long": 10}VERSION})";
  const auto with = [&](std::string_view more) {
    std::string text(terms);
    return Make("hashing_term_frequency", text.replace(text.find("VERSION"), 7, more));
  };
  const Given words = Texts({"a", "b", "c", "a"});
  EXPECT_EQ(with("").Score({words}), "(10){0: 2, 1: 1, 2: 1}");
  EXPECT_EQ(with(R"(, "hashUnsafeBytesVersion": {"int": 2})").Score({words}),
            "(10){5: 1, 7: 2, 8: 1}");
  EXPECT_EQ(with(R"(, "hashUnsafeBytesVersion": {})").Score({words}), "(10){5: 1, 7: 2, 8: 1}");
  EXPECT_EQ(with(R"(, "binary": {"boolean": true})").Score({words}), "(10){0: 1, 1: 1, 2: 1}");
  EXPECT_EQ(with("").Score({Texts({})}), "(10){}");
  EXPECT_EQ(with("").Score({Null()}), "kNullValue input");
}

TEST(HashingTermFrequency, HashesTheTextOfNumbers) {
  OpFixture op = Make("hashing_term_frequency", R"({"num_features": {"long": 262144}})");
  const std::string text = op.Score({Texts({"1.0"})});
  op.BindTo({{"input", DataType::List(BasicType::kDouble)}});
  EXPECT_EQ(op.Score({Numbers({1.0})}), text);
}

TEST(HashingTermFrequency, RefusesAnEmptyTable) {
  for (const char* size : {"{}", R"({"long": -5})", R"({"long": 4294967296})"}) {
    const std::string attributes = R"({"num_features": )" + std::string(size) + "}";
    EXPECT_THAT(Make("hashing_term_frequency", attributes).refusal(), HasSubstr("num_features"));
  }
}

TEST(Idf, WeighsEachEntry) {
  OpFixture op = Make("idf", R"({"idf": {"type": "tensor", "double": [1.0, 2.0],
      "shape": {"dimensions": [{"size": 2, "name": ""}]}}})");
  ASSERT_EQ(op.refusal(), "");
  op.BindTo({{"input", DataType::Vector()}});
  EXPECT_EQ(op.Score({Sparse(2, {{1, 3}})}), "(2){1: 6}");
  EXPECT_EQ(op.Score({Dense({3, 4})}), "[3, 8]");
  EXPECT_EQ(op.Score({Dense({3})}), "[3]");
  EXPECT_EQ(op.Score({Dense({3, 4, 5})}), "kIndexOutOfBounds input");
  EXPECT_EQ(op.Score({Sparse(9, {{8, 1}})}), "kIndexOutOfBounds input");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
  op.BindTo({{"input", DataType::Scalar(BasicType::kDouble)}});
  EXPECT_EQ(op.Score({Number(7)}), "[7]");
}

}  // namespace
}  // namespace pillion::testing
