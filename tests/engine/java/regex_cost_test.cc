// Regular expressions that cost much: what they may cost, and that the limits change no answer.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <gtest/gtest.h>
#include <pcre2.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/java/regex.h"
#include "engine/java/regex_translator.h"

namespace pillion {
namespace {

constexpr std::size_t kArenaBytes = 64 << 20;

std::string Repeated(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

JavaRegex Compiled(const std::string& pattern) {
  auto regex = JavaRegex::Compile(pattern);
  if (!regex) throw std::runtime_error(pattern + ": " + regex.error());
  return *std::move(regex);
}

// All that PCRE2 finds from the left to the right, in one search each and without limits.
std::vector<std::string> FoundWithoutLimits(const std::string& pattern, const std::string& text) {
  const std::string translated = *TranslateJavaRegex(pattern);
  int error = 0;
  PCRE2_SIZE at = 0;
  const std::unique_ptr<pcre2_code, void (*)(pcre2_code*)> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), PCRE2_UTF,
                    &error, &at, nullptr),
      pcre2_code_free);
  const std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> data(
      pcre2_match_data_create_from_pattern(code.get(), nullptr), pcre2_match_data_free);
  std::vector<std::string> found;
  std::size_t from = 0;
  while (from <= text.size() && pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                            text.size(), from, 0, data.get(), nullptr) >= 0) {
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data.get());
    found.push_back(text.substr(bounds[0], bounds[1] - bounds[0]));
    from = bounds[1];
    if (bounds[0] != bounds[1]) continue;
    do {
      ++from;
    } while (from < text.size() && (text[from] & 0xc0) == 0x80);
  }
  return found;
}

TEST(JavaRegexCost, PiecesOfASearchFindWhatTheWholeFinds) {
  const std::vector<std::string> patterns = {
      R"(\s+)",      R"(\W+)",       R"([^a-z]+)", "q",         R"(\b\w\w+\b)",
      R"((?<=a)b)",  R"((?<!b)aa)",  R"(a.{40}b)", R"(^.*$)",   R"((a|ab)(c|bcd)?)",
      R"((?m)^\w+)", R"((?:ab?)+c)", R"(a*)",      R"((\w)\1)", R"(b(?=[^a]*a))"};
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"a", "b", "c", "ab", " ", "\n", "é", "漢", "aaaa"};
  for (int round = 0; round < 6; ++round) {
    std::string text;
    const std::size_t size = round == 0 ? 0 : std::size_t{1} << (2 * round + 4);  // to 16 Ki
    while (text.size() < size) text += pieces[random() % pieces.size()];
    for (const std::string& pattern : patterns) {
      Arena arena(kArenaBytes);
      std::span<std::string_view> matches;
      ASSERT_EQ(Compiled(pattern).FindAll(text, arena, &matches), ScoreCode::kOk) << pattern;
      EXPECT_EQ(std::vector<std::string>(matches.begin(), matches.end()),
                FoundWithoutLimits(pattern, text))
          << pattern << " in " << text.size() << " bytes";
    }
  }
}

struct Hostile {
  std::string pattern;
  std::string text;
};

TEST(JavaRegexCost, HostileSearchesEnd) {
  const std::string as = std::string(60, 'a');
  const std::vector<Hostile> searches = {
      {"(a+)+$", as + "b"},
      {"(a|a)+$", as + "b"},
      {"(a|aa)+$", as + "b"},
      {"(a*)*(a*)*(a*)*$", as + "b"},
      {R"(^(\w+\s?)*$)", Repeated("word ", 40) + "!"},
      {R"(([a-zA-Z0-9])(([\-.]|_+)?([a-zA-Z0-9]+))*@[a-z0-9]+[.][a-z]{2,3}$)", as + "!@."},
      // Each start position stays below the limit of one.
      {"(?:a|a){1,18}b?c", Repeated(std::string(19, 'a') + "d", 200) + "c"},
      // Characters that are passed over are no steps.
      {"(?:x?)[a-z]*+;", std::string(1 << 20, 'a')},
      {R"((?:x?)\s+$)", std::string(1 << 20, ' ') + "x"},
  };
  for (const auto& [pattern, text] : searches) {
    Arena arena(kArenaBytes);
    std::span<std::string_view> matches;
    EXPECT_EQ(Compiled(pattern).FindAll(text, arena, &matches), ScoreCode::kTooCostly)
        << pattern << " in " << text.size() << " bytes";
  }
}

TEST(JavaRegexCost, LongTextsOfUsualPatternsAreNotTooCostly) {
#if defined(__SANITIZE_THREAD__)
  constexpr std::size_t kLines = 200;  // it works 10 times as long, and the budget is a time
#elif defined(__SANITIZE_ADDRESS__)
  constexpr std::size_t kLines = 2000;
#else
  constexpr std::size_t kLines = 20000;
#endif
  const std::string text = Repeated("the quick, brown fox jumps over the lazy dog. ", kLines);
  for (const char* const pattern :
       {R"(\s+)", R"(\W+)", R"([^a-z0-9]+)", R"(\b\w\w+\b)", "[,.] ?"}) {
    Arena arena(kArenaBytes);
    std::span<std::string_view> pieces;
    EXPECT_EQ(Compiled(pattern).FindAll(text, arena, &pieces), ScoreCode::kOk) << pattern;
    EXPECT_GT(pieces.size(), kLines) << pattern;
  }
}

TEST(JavaRegexCost, PatternsThatAreTriedInTurnShareABudget) {
  const JavaRegex regex = Compiled("(?:a|a){1,18}b?c");
  const std::string text = Repeated(std::string(19, 'a') + "d", 4) + "c";
  Arena arena(kArenaBytes);
  JavaRegex::Budget budget(text.size());
  ScoreCode code = ScoreCode::kOk;
  int patterns = 0;
  bool found = false;
  while (code == ScoreCode::kOk && patterns < 10000) {
    code = regex.Contains(text, arena, budget, &found);
    ++patterns;
  }
  EXPECT_EQ(code, ScoreCode::kTooCostly);
  EXPECT_FALSE(found);
}

}  // namespace
}  // namespace pillion
