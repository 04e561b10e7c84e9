#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

std::string Tokens(OpFixture& op, std::string_view text) { return op.Score({Text(text)}); }

TEST(Tokenizer, SplitsAtEachBlank) {
  OpFixture op("tokenizer", "{}", {"input"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  const struct {
    const char* text;
    const char* tokens;
  } cases[] = {
      {"Hello  World ", "[hello, , world]"},
      {" a  b ", "[, a, , b]"},
      {"a", "[a]"},
      {"\ta\nb\vc\fd\re", "[, a, b, c, d, e]"},
      {"a\u00a0B\u2003c", "[a\u00a0b\u2003c]"},
      {"ΟΔΟΣ ΣΑΣ", "[οδος, σας]"},
  };
  for (const auto& [text, tokens] : cases) EXPECT_EQ(Tokens(op, text), tokens) << text;
}

TEST(Tokenizer, RefusesNull) {
  OpFixture op("tokenizer", "{}", {"input"}, {"output"});
  op.BindTo({{"input", DataType::Scalar(BasicType::kString)}});
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
}

OpFixture Regex(std::string_view pattern, bool gaps, int length_min, bool lower_case) {
  return {"regex_tokenizer",
          fmt::format(R"({{"regex": {{"string": "{}"}}, "match_gaps": {{"boolean": {}}},
              "token_min_length": {{"int": {}}}, "lowercase_text": {{"boolean": {}}}}})",
                      pattern, gaps, length_min, lower_case),
          {"input"},
          {"output"}};
}

TEST(RegexTokenizer, SplitsOrFinds) {
  constexpr std::string_view kText = "dies isT Ein TEST text te";
  EXPECT_EQ(Regex("\\\\s", true, 3, true).Score({Text(kText)}), "[dies, ist, ein, test, text]");
  EXPECT_EQ(Regex("\\\\w+", false, 4, false).Score({Text(kText)}), "[dies, TEST, text]");
  EXPECT_EQ(Regex(",", true, 0, false).Score({Text(",a,,b,,")}), "[, a, , b]");
  EXPECT_EQ(Regex(",", true, 1, false).Score({Text(",a,,b,,")}), "[a, b]");
  EXPECT_EQ(Regex("\\\\S+", false, 2, false).Score({Text("a \U0001F600 é")}), "[\U0001F600]");
}

TEST(RegexTokenizer, RefusesWhatIsNoPattern) {
  EXPECT_THAT(
      Regex("a(", true, 1, true).refusal(),
      HasSubstr("regex_tokenizer.regex: expected a pattern of java.util.regex, found 'a('"));
  EXPECT_THAT(Regex("\\\\X", true, 1, true).refusal(), HasSubstr("'\\X', grapheme clusters"));
}

TEST(RegexIndexer, GivesTheNumberOfTheFirstMatch) {
  const std::string entries =
      R"("regexes": {"type": "list", "string": ["(?i)HELLO", "(?i)NO", "(?i)NEY"]},
      "indices": {"type": "list", "int": [23, 32, 42]})";
  OpFixture op("regex_indexer", "{" + entries + R"(, "default_value": {"int": 99}})", {"input"},
               {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Text("say hEllo")}), "23");
  EXPECT_EQ(op.Score({Text("NpOE")}), "99");
  EXPECT_EQ(op.Score({Text("NEy")}), "42");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
  OpFixture strict("regex_indexer", "{" + entries + "}", {"input"}, {"output"});
  EXPECT_EQ(strict.Score({Text("NpOE")}), "kUnseenLabel input");
  OpFixture zero("regex_indexer", "{" + entries + R"(, "default_value": {}})", {"input"},
                 {"output"});
  EXPECT_EQ(zero.Score({Text("NpOE")}), "0");
}

TEST(RegexIndexer, BoundsHostilePatterns) {
  OpFixture op("regex_indexer",
               R"({"regexes": {"type": "list", "string": ["(a*)*b|(a|a)*c"]},
                   "indices": {"type": "list", "int": [1]}})",
               {"input"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Text(std::string(60, 'a'))}), "kTooCostly input");
}

}  // namespace
}  // namespace pillion::testing
