// Expected tokens come from java.util.regex of JDK 17; text_driver.cc and TextOracle.java compare
// patterns and texts at random.
#include "engine/java/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillion {
namespace {

using ::testing::HasSubstr;
using Apply = ScoreCode (JavaRegex::*)(std::string_view, Arena&,
                                       std::span<std::string_view>*) const noexcept;

// Tokens between bars: "|a||b|"; no tokens: "|".
std::string Tokens(std::string_view pattern, std::string_view text, Apply apply) {
  const tl::expected<JavaRegex, std::string> regex = JavaRegex::Compile(pattern);
  if (!regex) return "refused: " + regex.error();
  Arena arena(1 << 20);
  std::span<std::string_view> tokens;
  const ScoreCode code = ((*regex).*apply)(text, arena, &tokens);
  if (code != ScoreCode::kOk) return std::string(Name(code));
  std::string shown = "|";
  for (const std::string_view token : tokens) shown.append(token).append("|");
  return shown;
}

std::string Split(std::string_view pattern, std::string_view text) {
  return Tokens(pattern, text, &JavaRegex::Split);
}
std::string Find(std::string_view pattern, std::string_view text) {
  return Tokens(pattern, text, &JavaRegex::FindAll);
}

TEST(JavaRegex, SplitsByJavasRules) {
  EXPECT_EQ(Split(R"(\s)", " a  b "), "||a||b|");
  EXPECT_EQ(Split(R"(\s+)", " a  b "), "||a|b|");
  EXPECT_EQ(Split(R"(\s)", ""), "||");
  EXPECT_EQ(Split(R"(\s)", " "), "|");
  EXPECT_EQ(Split(R"(\s)", "a\u00a0b"), "|a\u00a0b|");
  EXPECT_EQ(Split("", "abc"), "|a|b|c|");
  EXPECT_EQ(Split("", ""), "||");
  EXPECT_EQ(Split("(?=b)", "bab"), "|ba|b|");
  EXPECT_EQ(Split("x*", "axxb"), "|a||b|");
  EXPECT_EQ(Split("", "a\U0001F600b"), "|a|?|?|b|");  // Java cuts it into surrogates
  EXPECT_EQ(Split("(?=\U0001F600)", "a\U0001F600b"), "|a|\U0001F600b|");
}

TEST(JavaRegex, ClassesAreAscii) {
  EXPECT_EQ(Find(R"(\w+)", "naïve_1"), "|na|ve_1|");
  EXPECT_EQ(Find(R"((?U)\w+)", "naïve_1"), "|naïve_1|");
  EXPECT_EQ(Find(R"(\d)", "1\u0661"), "|1|");
  EXPECT_EQ(Find(R"([\h\v]+)", "a \u00a0\n\u2028b"), "| \u00a0\n\u2028|");
  EXPECT_EQ(Find(R"(\R)", "\r\n\r\u0085"), "|\r\n|\r|\u0085|");
}

TEST(JavaRegex, BoundariesKnowUnicode) {
  EXPECT_EQ(Split(R"(\b)", "naïve ça"), "|naïve| |ça|");
  EXPECT_EQ(Split(R"(\b)", "e\u0301a\u0301\u0302-"), "|e\u0301a\u0301\u0302|-|");
  EXPECT_EQ(Split(R"(\B)", "ab-"), "|a|b-|");
}

TEST(JavaRegex, ClassesCombine) {
  EXPECT_EQ(Find("[a-z&&[^aeiou]]+", "banana"), "|b|n|n|");
  EXPECT_EQ(Find("[^a-c[1-2]]+", "xa1b2y"), "|x|y|");
  EXPECT_EQ(Find("[a-c&&b-z]", "abcd"), "|b|c|");
  EXPECT_EQ(Find(R"([\]\-^]+)", "a]-^b"), "|]-^|");
  EXPECT_EQ(Find(R"([\Q^]\E]+)", "a]^b"), "|]^|");
  EXPECT_EQ(Find("[a&b]+", "a&b"), "|a&b|");
  EXPECT_EQ(Find("[]a]+", "]a"), "|]a|");
}

TEST(JavaRegex, CaseIsAsciiUnlessAsked) {
  EXPECT_EQ(Find("(?i)[k-l]+", "kK\u212a"), "|kK|");
  EXPECT_EQ(Find("(?iu)k+", "kK\u212a"), "|kK\u212a|");
  EXPECT_EQ(Find("(?i)é", "éÉ"), "|é|");
  EXPECT_EQ(Find("(?iu)é", "éÉ"), "|é|É|");
  EXPECT_EQ(Find("(?i:A)b", "abaBAb"), "|ab|Ab|");
  EXPECT_EQ(Find(R"((?i)\p{Lower}+)", "aB"), "|aB|");
}

TEST(JavaRegex, PropertiesHaveJavasNames) {
  EXPECT_EQ(Find(R"(\p{L}+)", "aé1日"), "|aé|日|");
  EXPECT_EQ(Find(R"(\p{Alpha}+)", "aé"), "|a|");
  EXPECT_EQ(Find(R"(\p{IsAlphabetic}+)", "aé1"), "|aé|");
  EXPECT_EQ(Find(R"(\p{javaLowerCase}+)", "aÉé"), "|a|é|");
  EXPECT_EQ(Find(R"(\p{IsGreek}\p{InGreek}\p{script=Greek})", "αβγ"), "|αβγ|");
  EXPECT_EQ(Find(R"(\pN\PN)", "1a"), "|1a|");
  EXPECT_EQ(Find(R"([\p{Punct}&&[^_]]+)", "_.,"), "|.,|");
}

TEST(JavaRegex, AnchorsKnowJavasLineEnds) {
  EXPECT_EQ(Split("(?m)$", "a\r\nb\u2028c"), "|a|\r\nb|\u2028c|");
  EXPECT_EQ(Find("(?m)^.", "a\r\nb\u0085c"), "|a|b|c|");
  EXPECT_EQ(Find("b$", "ab\n"), "|b|");
  EXPECT_EQ(Find("b$", "ab\n\n"), "|");
  EXPECT_EQ(Find("(?d)b$", "ab\r"), "|");
  EXPECT_EQ(Find(".+", "a\u0085b\rc\nd"), "|a|b|c|d|");
  EXPECT_EQ(Find("(?s).+", "a\nb"), "|a\nb|");
}

TEST(JavaRegex, GroupsAndQuantifiersPass) {
  EXPECT_EQ(Find(R"((?<x>a|b)\k<x>)", "abba"), "|bb|");
  EXPECT_EQ(Find(R"((a)\1)", "aaa"), "|aa|");
  EXPECT_EQ(Find(R"((a)\11)", "aa1"), "|aa1|");
  EXPECT_EQ(Find("a++a", "aaa"), "|");
  EXPECT_EQ(Find("(?>a+)b", "aab"), "|aab|");
  EXPECT_EQ(Find("(?:a.*b){2}", "abab"), "|abab|");
  EXPECT_EQ(Find("(?:a.*b){2}+", "abab"), "|");  // each round keeps what it has
  EXPECT_EQ(Find("(?<=a)b(?!c)", "abc ab"), "|b|");
  EXPECT_EQ(Find("(?x) a b # comment\n c", "abc"), "|abc|");
  EXPECT_EQ(Find(R"(\x{1F600}|\u0041|\0101|\x42)", "\U0001F600AB"), "|\U0001F600|A|B|");
}

TEST(JavaRegex, RefusesWithTheReason) {
  for (const char* pattern :
       {"a(", "a)", "[a", "*a", "a{", "a{2,1}", R"(\y)", R"(\p{Nope})", R"(\)", "(?<a>x)(?<a>y)",
        "(?z)", R"(\x{110000})", "[z-a]", "(?<=a*)b"}) {
    EXPECT_THAT(Find(pattern, ""), HasSubstr("refused: ")) << pattern;
  }
  EXPECT_THAT(Find(R"(\G)", ""), HasSubstr("\\G"));
  EXPECT_THAT(Find(R"(\p{Nope})", ""), HasSubstr("Nope"));
  EXPECT_THAT(Find(std::string(5000, '('), ""), HasSubstr("refused: "));
  EXPECT_THAT(Find(std::string(5000, '['), ""), HasSubstr("refused: "));
  EXPECT_THAT(Find(std::string(1 << 20, 'a'), ""), HasSubstr("refused: "));
}

TEST(JavaRegex, StopsHostileMatches) {
  EXPECT_EQ(Find("(a*)*b", std::string(64, 'a')), "|");
  EXPECT_EQ(Find("(?:a|a)*+c|(a|aa)+$", std::string(64, 'a') + "b"), "kTooCostly");
  EXPECT_EQ(Find("a", "\xff"), "kInvalidValue");
  const tl::expected<JavaRegex, std::string> regex = JavaRegex::Compile("a");
  Arena arena(256);
  std::span<std::string_view> matches;
  EXPECT_EQ(regex->FindAll(std::string(1000, 'a'), arena, &matches), ScoreCode::kTooLarge);
}

}  // namespace
}  // namespace pillion
