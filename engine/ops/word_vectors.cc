// Family: the vector of a sentence from the vectors of its words.
//   word_to_vector   default: sum · (1 / words), unknown words counted; sqrt: sum / |sum|
// Behaviour follows combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/linear/fused_sums.h"
#include "engine/linear/vector.h"
#include "engine/ops/families.h"
#include "engine/ops/label_table.h"

namespace pillion {
namespace {

// Rows of the flat vectors, by word.
struct WordRows {
  LabelTable words;
  std::vector<std::int32_t> rows;  // of each word, as the bundle says
  std::vector<double> vectors;
  std::size_t size = 0;  // of one vector

  // nullptr: the bundle has no such row.
  const double* Row(std::uint32_t word) const noexcept {
    const std::int32_t row = rows[word];
    if (row < 0 || (static_cast<std::size_t>(row) + 1) * size > vectors.size()) return nullptr;
    return vectors.data() + static_cast<std::size_t>(row) * size;
  }
};

class WordToVectorKernel final : public Kernel {
 public:
  WordToVectorKernel(WordRows words, bool normalize)
      : words_(std::move(words)), normalize_(normalize) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& sentence = arguments.In(0);
    if (sentence.null) return ScoreCode::kNullValue;
    const auto size = static_cast<std::uint32_t>(words_.size);
    if (sentence.count == 0) {
      arguments.Out() = SparseVector(nullptr, nullptr, 0, size);
      return ScoreCode::kOk;
    }
    if (!arguments.Spend(std::uint64_t{sentence.count} * size)) return ScoreCode::kTooCostly;
    double* sum = arguments.Allocate<double>(size);
    if (sum == nullptr) return ScoreCode::kTooLarge;
    std::fill_n(sum, size, 0.0);
    for (const std::string_view text : sentence.Elements<std::string_view>()) {
      const std::uint32_t word = words_.words.Find(text);
      if (word == LabelTable::kNone) continue;
      const double* row = words_.Row(word);
      if (row == nullptr && size > 0) return ScoreCode::kIndexOutOfBounds;
      for (std::uint32_t i = 0; i < size; ++i) sum[i] += row[i];
    }
    if (normalize_) {
      const double length = std::sqrt(DotFused(sum, sum, size));
      for (std::uint32_t i = 0; i < size; ++i) sum[i] /= length;
    } else {
      const double share = 1.0 / sentence.count;
      for (std::uint32_t i = 0; i < size; ++i) sum[i] *= share;
    }
    arguments.Out() = DenseVector(sum, size);
    return ScoreCode::kOk;
  }

 private:
  WordRows words_;
  bool normalize_;
};

bool ReadNormalize(OpSource& source) {
  const std::string kernel = source.String("kernel", "default");
  if (kernel != "default" && kernel != "sqrt") {
    source.Refuse("kernel", "expected \"default\" or \"sqrt\", found \"" + kernel + "\"");
  }
  return kernel == "sqrt";
}

// Without `indices` the words stand in the order of their rows.
std::vector<std::int32_t> ReadRows(OpSource& source, std::size_t word_count) {
  std::vector<std::int32_t> rows;
  if (source.Has("indices")) {
    for (const std::int64_t row : source.Longs("indices")) {
      rows.push_back(static_cast<std::int32_t>(row));
    }
  } else {
    for (std::size_t i = 0; i < word_count; ++i) rows.push_back(static_cast<std::int32_t>(i));
  }
  return rows;
}

Operation CompileWordToVector(OpSource& source) {
  const std::vector<std::string>& words = source.Strings("words");
  WordRows rows;
  rows.rows = ReadRows(source, words.size());
  rows.vectors = source.Doubles("word_vectors");
  const bool normalize = ReadNormalize(source);
  rows.words = LabelTable(std::span(words).first(std::min(words.size(), rows.rows.size())));
  if (source.refused()) return {};
  if (rows.words.distinct_count() == 0) {
    source.Refuse("words", "expected words with indices, found none");
    return {};
  }
  rows.size = rows.vectors.size() / rows.words.distinct_count();
  const auto size = static_cast<std::int32_t>(rows.size);
  return {.inputs = {{"input", DataType::List(BasicType::kString)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<WordToVectorKernel>(std::move(rows), normalize)};
}

constexpr OpRow kRows[] = {
    {"word_to_vector", "The mean of the words' vectors", Exactness::kBits, CompileWordToVector},
};

}  // namespace

const OpFamily kWordVectors = {"word vectors", "core/feature", kRows};

}  // namespace pillion
