// Family: text cut into words or recognised by patterns.
//   tokenizer         the pieces between single blanks, in lower case
//   regex_tokenizer   the matches of a pattern, or the pieces between them
//   regex_indexer     the number of the first pattern that a text contains
// Behaviour follows combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/java/regex.h"
#include "engine/java/string.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class TokenizerKernel final : public Kernel {
 public:
  // String.split("\\s"): each blank separates, empty pieces at the end vanish, a text without
  // any blank is one piece even if it is empty.
  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& input = arguments.In(0);
    if (input.null) return ScoreCode::kNullValue;
    const std::optional<std::string_view> text = JavaLowerCase(input.text, arguments.arena());
    if (!text) return ScoreCode::kTooLarge;
    const auto blanks =
        static_cast<std::size_t>(std::count_if(text->begin(), text->end(), IsJavaSpace));
    auto* pieces = arguments.Allocate<std::string_view>(blanks + 1);
    if (pieces == nullptr) return ScoreCode::kTooLarge;
    std::uint32_t count = 0;
    const char* begin = text->data();
    const char* const end = begin + text->size();
    while (true) {
      const char* const blank = std::find_if(begin, end, IsJavaSpace);
      pieces[count++] = {begin, static_cast<std::size_t>(blank - begin)};
      if (blank == end) break;
      begin = blank + 1;
    }
    while (blanks > 0 && count > 0 && pieces[count - 1].empty()) --count;
    arguments.Out() = Value::List(pieces, count);
    return ScoreCode::kOk;
  }
};

Operation CompileTokenizer(OpSource& /*source*/) {
  return {.inputs = {{"input", DataType::Scalar(BasicType::kString, false)}},
          .outputs = {{"output", DataType::List(BasicType::kString)}},
          .kernel = std::make_shared<TokenizerKernel>()};
}

// Refuses attribute `name` if Java or Pillion cannot take the pattern.
std::optional<JavaRegex> CompilePattern(OpSource& source, std::string_view name,
                                        const std::string& pattern) {
  tl::expected<JavaRegex, std::string> regex = JavaRegex::Compile(pattern);
  if (regex) return *std::move(regex);
  source.Refuse(name,
                "expected a pattern of java.util.regex, found '" + pattern + "': " + regex.error());
  return std::nullopt;
}

class RegexTokenizerKernel final : public Kernel {
 public:
  struct Options {
    bool match_gaps = true;
    bool lower_case = true;
    std::int32_t length_min = 1;  // in UTF-16 units
  };

  RegexTokenizerKernel(JavaRegex regex, Options options)
      : regex_(std::move(regex)), options_(options) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& input = arguments.In(0);
    if (input.null) return ScoreCode::kNullValue;
    std::optional<std::string_view> text = input.text;
    if (options_.lower_case) text = JavaLowerCase(input.text, arguments.arena());
    if (!text) return ScoreCode::kTooLarge;
    std::span<std::string_view> tokens;
    const ScoreCode code = options_.match_gaps ? regex_.Split(*text, arguments.arena(), &tokens)
                                               : regex_.FindAll(*text, arguments.arena(), &tokens);
    if (code != ScoreCode::kOk) return code;
    const auto end = std::remove_if(tokens.begin(), tokens.end(), [this](std::string_view token) {
      return static_cast<std::int64_t>(JavaLength(token)) < options_.length_min;
    });
    const auto count = static_cast<std::uint32_t>(end - tokens.begin());
    arguments.Out() = Value::List(tokens.data(), count);
    return ScoreCode::kOk;
  }

 private:
  JavaRegex regex_;
  Options options_;
};

Operation CompileRegexTokenizer(OpSource& source) {
  const std::string pattern = source.String("regex");
  const RegexTokenizerKernel::Options options = {source.Boolean("match_gaps"),
                                                 source.Boolean("lowercase_text"),
                                                 source.Int("token_min_length")};
  std::optional<JavaRegex> regex = CompilePattern(source, "regex", pattern);
  if (!regex) return {};
  return {.inputs = {{"input", DataType::Scalar(BasicType::kString, false)}},
          .outputs = {{"output", DataType::List(BasicType::kString)}},
          .kernel = std::make_shared<RegexTokenizerKernel>(*std::move(regex), options)};
}

class RegexIndexerKernel final : public Kernel {
 public:
  struct Entry {
    JavaRegex regex;
    std::int32_t index = 0;
  };

  // `fallback`: for texts without a match; absent: they are refused.
  RegexIndexerKernel(std::vector<Entry> entries, std::optional<std::int32_t> fallback)
      : entries_(std::move(entries)), fallback_(fallback) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& input = arguments.In(0);
    if (input.null) return ScoreCode::kNullValue;
    JavaRegex::Budget budget(input.text.size());
    for (const Entry& entry : entries_) {
      bool found = false;
      const ScoreCode code = entry.regex.Contains(input.text, arguments.arena(), budget, &found);
      if (code != ScoreCode::kOk) return code;
      if (!found) continue;
      arguments.Out() = Value::Scalar(entry.index);
      return ScoreCode::kOk;
    }
    if (!fallback_) return ScoreCode::kUnseenLabel;
    arguments.Out() = Value::Scalar(*fallback_);
    return ScoreCode::kOk;
  }

 private:
  std::vector<Entry> entries_;
  std::optional<std::int32_t> fallback_;
};

Operation CompileRegexIndexer(OpSource& source) {
  const std::vector<std::string>& patterns = source.Strings("regexes");
  const std::vector<std::int32_t>& indices = source.Ints("indices");
  std::optional<std::int32_t> fallback;
  if (source.Has("default_value")) fallback = source.Int("default_value");
  std::vector<RegexIndexerKernel::Entry> entries;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    std::optional<JavaRegex> regex = CompilePattern(source, "regexes", patterns[i]);
    // Patterns and indices pair up as far as both reach.
    if (regex && i < indices.size()) entries.push_back({*std::move(regex), indices[i]});
  }
  return {.inputs = {{"input", DataType::Scalar(BasicType::kString)}},
          .outputs = {{"output", DataType::Scalar(BasicType::kInt, false)}},
          .kernel = std::make_shared<RegexIndexerKernel>(std::move(entries), fallback)};
}

constexpr OpRow kRows[] = {
    {"tokenizer", "Lower-case words between blanks", Exactness::kBits, CompileTokenizer},
    {"regex_tokenizer", "Matches of a pattern, or the text between them", Exactness::kBits,
     CompileRegexTokenizer},
    {"regex_indexer", "The number of the first pattern that matches", Exactness::kBits,
     CompileRegexIndexer},
};

}  // namespace

const OpFamily kTokenizers = {"tokenizers", "core/feature", kRows};

}  // namespace pillion
