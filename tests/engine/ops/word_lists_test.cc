#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

OpFixture Make(std::string_view op, std::string_view attributes) {
  return {op, attributes, {"input"}, {"output"}};
}

constexpr std::string_view kStopWords =
    R"("stop_words": {"type": "list", "string": ["I", "and", "you", "ΑΣ"]})";

TEST(StopwordsRemover, ComparesAsTheModelSays) {
  OpFixture sensitive =
      Make("stopwords_remover", "{" + std::string(kStopWords) + R"(, "case_sensitive": {}})");
  OpFixture exact = Make("stopwords_remover", "{" + std::string(kStopWords) +
                                                  R"(, "case_sensitive": {"boolean": true}})");
  ASSERT_EQ(sensitive.refusal(), "");
  EXPECT_EQ(exact.Score({Texts({"You", "use", "MLeap"})}), "[You, use, MLeap]");
  EXPECT_EQ(exact.Score({Texts({"you", "use", "you"})}), "[use]");
  EXPECT_EQ(sensitive.Score({Texts({"You", "use", "MLeap", "use"})}), "[use, MLeap, use]");
  EXPECT_EQ(sensitive.Score({Texts({"ας", "i", "İ"})}), "[İ]");
  EXPECT_EQ(sensitive.Score({Texts({})}), "[]");
  EXPECT_EQ(sensitive.Score({Null()}), "kNullValue input");
}

TEST(StopwordsRemover, RefusesAnIncompleteModel) {
  EXPECT_THAT(Make("stopwords_remover", "{}").refusal(),
              AllOf(HasSubstr("stopwords_remover.stop_words"),
                    HasSubstr("stopwords_remover.case_sensitive")));
}

TEST(WordFilter, KeepsLongWordsOfLetters) {
  OpFixture op = Make("word_filter", R"({"length": {"int": 3}})");
  EXPECT_EQ(op.Score({Texts({"abc", "abcd", "ab1cd", "naïve", "\U00010400\U00010400"})}),
            "[abcd, naïve]");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
  OpFixture all = Make("word_filter", R"({"length": {"int": -1}})");
  EXPECT_EQ(all.Score({Texts({"", "a"})}), "[, a]");
}

TEST(Ngram, JoinsRunsOfWords) {
  OpFixture op = Make("ngram", R"({"n": {"long": 2}})");
  EXPECT_EQ(op.Score({Texts({"a", "b", "c"})}), "[a b, b c]");
  EXPECT_EQ(op.Score({Texts({"a", ""})}), "[a ]");
  EXPECT_EQ(op.Score({Texts({"a"})}), "[]");
  EXPECT_EQ(op.Score({Texts({})}), "[]");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
  OpFixture single = Make("ngram", R"({"n": {"long": 1}})");
  EXPECT_EQ(single.Score({Texts({"a", "b"})}), "[a, b]");
}

TEST(Ngram, TakesLongRunsInLinearRoom) {
  OpFixture op = Make("ngram", R"({"n": {"long": 500}})");
  const std::vector<std::string_view> words(1000, "word");
  const Given given = {Value::List(words.data(), 1000), nullptr, nullptr};
  EXPECT_THAT(op.Score({given}), HasSubstr("word word"));
}

TEST(Ngram, RefusesEmptyRuns) {
  EXPECT_THAT(Make("ngram", R"({"n": {}})").refusal(), HasSubstr("ngram.n: expected 1 or more"));
  EXPECT_THAT(Make("ngram", R"({"n": {"long": 4294967296}})").refusal(), HasSubstr("ngram.n"));
  EXPECT_THAT(Make("ngram", "{}").refusal(),
              EndsWith(": root/model.json: ngram.n: the attribute is missing"));
}

}  // namespace
}  // namespace pillion::testing
