// Family: lists of words to lists of words.
//   stopwords_remover   words that are not in a set
//   word_filter         words of letters alone, longer than a length
//   ngram               each run of n words, joined by a blank
// Behaviour follows combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/java/string.h"
#include "engine/ops/families.h"
#include "engine/ops/label_table.h"

namespace pillion {
namespace {

class StopwordsRemoverKernel final : public Kernel {
 public:
  StopwordsRemoverKernel(const std::vector<std::string>& stop_words, bool case_sensitive)
      : stop_words_(stop_words), case_sensitive_(case_sensitive) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& words = arguments.In(0);
    if (words.null) return ScoreCode::kNullValue;
    auto* kept = arguments.Allocate<std::string_view>(words.count);
    if (kept == nullptr) return ScoreCode::kTooLarge;
    std::uint32_t count = 0;
    for (const std::string_view word : words.Elements<std::string_view>()) {
      std::optional<std::string_view> form = word;
      if (!case_sensitive_) form = JavaLowerCase(word, arguments.arena());
      if (!form) return ScoreCode::kTooLarge;
      if (!stop_words_.Contains(*form)) kept[count++] = word;
    }
    arguments.Out() = Value::List(kept, count);
    return ScoreCode::kOk;
  }

 private:
  LabelTable stop_words_;
  bool case_sensitive_;
};

Operation CompileStopwordsRemover(OpSource& source) {
  std::vector<std::string> stop_words = source.Strings("stop_words");
  const bool case_sensitive = source.Boolean("case_sensitive");
  if (!case_sensitive) {
    for (std::string& word : stop_words) word = JavaLowerCase(word);
  }
  return {.inputs = {{"input", DataType::List(BasicType::kString)}},
          .outputs = {{"output", DataType::List(BasicType::kString)}},
          .kernel = std::make_shared<StopwordsRemoverKernel>(stop_words, case_sensitive)};
}

class WordFilterKernel final : public Kernel {
 public:
  explicit WordFilterKernel(std::int32_t length) : length_(length) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& words = arguments.In(0);
    if (words.null) return ScoreCode::kNullValue;
    auto* kept = arguments.Allocate<std::string_view>(words.count);
    if (kept == nullptr) return ScoreCode::kTooLarge;
    std::uint32_t count = 0;
    for (const std::string_view word : words.Elements<std::string_view>()) {
      const auto length = static_cast<std::int64_t>(JavaLength(word));
      if (length > length_ && AllJavaLetters(word)) kept[count++] = word;
    }
    arguments.Out() = Value::List(kept, count);
    return ScoreCode::kOk;
  }

 private:
  std::int32_t length_;
};

Operation CompileWordFilter(OpSource& source) {
  return {.inputs = {{"input", DataType::List(BasicType::kString)}},
          .outputs = {{"output", DataType::List(BasicType::kString)}},
          .kernel = std::make_shared<WordFilterKernel>(source.Int("length"))};
}

class NgramKernel final : public Kernel {
 public:
  explicit NgramKernel(std::uint32_t n) : n_(n) {}

  // All words joined once; each n-gram is a part of that text.
  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& input = arguments.In(0);
    if (input.null) return ScoreCode::kNullValue;
    const std::span<const std::string_view> words = input.Elements<std::string_view>();
    const std::size_t count = words.size() < n_ ? 0 : words.size() - n_ + 1;
    std::size_t bytes = words.size();
    for (const std::string_view word : words) bytes += word.size();
    char* text = arguments.Allocate<char>(bytes);
    auto** begins = arguments.Allocate<char*>(words.size());
    auto* grams = arguments.Allocate<std::string_view>(count);
    if (text == nullptr || begins == nullptr || grams == nullptr) return ScoreCode::kTooLarge;
    for (std::size_t i = 0; i < words.size(); ++i) {
      begins[i] = text;
      text = std::copy(words[i].begin(), words[i].end(), text);
      if (i + 1 >= n_) {
        char* begin = begins[i + 1 - n_];
        grams[i + 1 - n_] = {begin, static_cast<std::size_t>(text - begin)};
      }
      *text++ = ' ';
    }
    arguments.Out() = Value::List(grams, static_cast<std::uint32_t>(count));
    return ScoreCode::kOk;
  }

 private:
  std::uint32_t n_;
};

Operation CompileNgram(OpSource& source) {
  const auto n = static_cast<std::int32_t>(source.Long("n"));
  if (!source.refused() && n < 1) {
    source.Refuse("n", "expected 1 or more, found " + std::to_string(n));
  }
  return {.inputs = {{"input", DataType::List(BasicType::kString)}},
          .outputs = {{"output", DataType::List(BasicType::kString)}},
          .kernel = std::make_shared<NgramKernel>(static_cast<std::uint32_t>(n))};
}

constexpr OpRow kRows[] = {
    {"stopwords_remover", "Drop the words of a list", Exactness::kBits, CompileStopwordsRemover},
    {"word_filter", "Keep long words of letters", Exactness::kBits, CompileWordFilter},
    {"ngram", "Join each run of n words", Exactness::kBits, CompileNgram},
};

}  // namespace

const OpFamily kWordLists = {"word lists", "core/feature", kRows};

}  // namespace pillion
