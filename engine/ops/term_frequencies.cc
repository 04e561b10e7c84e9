// Family: lists of terms as sparse vectors of counts, and their weights.
//   count_vectorizer         counts of the words of a vocabulary
//   hashing_term_frequency   counts of the terms' hashes
//   idf                      x · idf, for each entry
// Behaviour follows combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/feature/.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "engine/java/murmur3.h"
#include "engine/linear/vector.h"
#include "engine/ops/families.h"
#include "engine/ops/label_table.h"

namespace pillion {
namespace {

// The terms' indices as a sparse vector of how often each occurs, or of ones. Counts below
// `count_min` are left out.
ScoreCode CountIndices(std::span<std::int32_t> indices, std::int32_t size, bool binary,
                       double count_min, Arguments& arguments) noexcept {
  std::sort(indices.begin(), indices.end());
  double* values = arguments.Allocate<double>(indices.size());
  if (values == nullptr) return ScoreCode::kTooLarge;
  std::uint32_t stored = 0;
  for (std::size_t begin = 0; begin < indices.size();) {
    std::size_t end = begin + 1;
    while (end < indices.size() && indices[end] == indices[begin]) ++end;
    const auto count = static_cast<double>(end - begin);
    if (count >= count_min) {
      indices[stored] = indices[begin];
      values[stored++] = binary ? 1.0 : count;
    }
    begin = end;
  }
  arguments.Out() = Value::Sparse(indices.data(), values, stored, size);
  return ScoreCode::kOk;
}

class CountVectorizerKernel final : public Kernel {
 public:
  CountVectorizerKernel(const std::vector<std::string>& vocabulary, bool binary, double min_tf)
      : vocabulary_(vocabulary), binary_(binary), min_tf_(min_tf) {}

  std::int32_t size() const { return static_cast<std::int32_t>(vocabulary_.distinct_count()); }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& terms = arguments.In(0);
    if (terms.null) return ScoreCode::kNullValue;
    std::int32_t* indices = arguments.Allocate<std::int32_t>(terms.count);
    if (indices == nullptr) return ScoreCode::kTooLarge;
    std::size_t known = 0;
    for (const std::string_view term : terms.Elements<std::string_view>()) {
      const std::uint32_t index = vocabulary_.Find(term);
      if (index == LabelTable::kNone) continue;
      // A vocabulary with duplicates has indices beyond its number of words.
      if (index >= vocabulary_.distinct_count()) return ScoreCode::kIndexOutOfBounds;
      indices[known++] = static_cast<std::int32_t>(index);
    }
    const double count_min = min_tf_ >= 1.0 ? min_tf_ : terms.count * min_tf_;
    return CountIndices({indices, known}, size(), binary_, count_min, arguments);
  }

 private:
  LabelTable vocabulary_;
  bool binary_;
  double min_tf_;
};

Operation CompileCountVectorizer(OpSource& source) {
  const std::vector<std::string>& vocabulary = source.Strings("vocabulary");
  const bool binary = source.Boolean("binary");
  const double min_tf = source.Double("min_tf");
  auto kernel = std::make_shared<CountVectorizerKernel>(vocabulary, binary, min_tf);
  const std::int32_t size = kernel->size();
  return {.inputs = {{"input", DataType::List(BasicType::kString)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::move(kernel)};
}

class HashingTermFrequencyKernel final : public Kernel {
 public:
  HashingTermFrequencyKernel(std::int32_t size, bool binary, MurmurTail tail)
      : size_(size), binary_(binary), tail_(tail) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& terms = arguments.In(0);
    if (terms.null) return ScoreCode::kNullValue;
    std::int32_t* indices = arguments.Allocate<std::int32_t>(terms.count);
    if (indices == nullptr) return ScoreCode::kTooLarge;
    std::size_t count = 0;
    for (const std::string_view term : terms.Elements<std::string_view>()) {
      indices[count++] = NonNegativeModulo(Murmur3(term, tail_), size_);
    }
    return CountIndices({indices, count}, size_, binary_, 0.0, arguments);
  }

 private:
  std::int32_t size_;
  bool binary_;
  MurmurTail tail_;
};

Operation CompileHashingTermFrequency(OpSource& source) {
  constexpr std::int32_t kByteWiseVersion = 1;
  const auto size = static_cast<std::int32_t>(source.Long("num_features"));
  const bool binary = source.Boolean("binary", false);
  const std::int32_t version = source.Int("hashUnsafeBytesVersion", kByteWiseVersion);
  if (!source.refused() && size <= 0) {
    source.Refuse("num_features", "expected 1 or more, found " + std::to_string(size));
  }
  const MurmurTail tail =
      version == kByteWiseVersion ? MurmurTail::kByteWise : MurmurTail::kStandard;
  return {.inputs = {{"input", DataType::List(BasicType::kString)}},
          .outputs = {{"output", DataType::Vector(size)}},
          .kernel = std::make_shared<HashingTermFrequencyKernel>(size, binary, tail)};
}

class IdfKernel final : public Kernel {
 public:
  explicit IdfKernel(std::vector<double> idf) : idf_(std::move(idf)) {}

  // A vector may be shorter than the weights, as long as each of its entries has one.
  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView x;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &x);
    if (code != ScoreCode::kOk) return code;
    double* y = arguments.Allocate<double>(x.count);
    if (y == nullptr) return ScoreCode::kTooLarge;
    for (std::uint32_t i = 0; i < x.count; ++i) {
      const std::size_t index = x.dense() ? i : static_cast<std::size_t>(x.indices[i]);
      if (index >= idf_.size()) return ScoreCode::kIndexOutOfBounds;
      y[i] = x.values[i] * idf_[index];
    }
    arguments.Out() = VectorLike(x, y);
    return ScoreCode::kOk;
  }

 private:
  std::vector<double> idf_;
};

Operation CompileIdf(OpSource& source) {
  // MLeap declares rank 0, so that a scalar column counts as a vector of one element.
  const DataType rank_0 = DataType::Tensor(BasicType::kDouble, std::vector<std::int32_t>());
  return {.inputs = {{"input", rank_0}},
          .outputs = {{"output", rank_0}},
          .kernel = std::make_shared<IdfKernel>(source.Vector("idf"))};
}

constexpr OpRow kRows[] = {
    {"count_vectorizer", "Count the words of a vocabulary", Exactness::kBits,
     CompileCountVectorizer},
    {"hashing_term_frequency", "Count terms by their hash", Exactness::kBits,
     CompileHashingTermFrequency},
    {"idf", "Weigh term counts by inverse document frequency", Exactness::kBits, CompileIdf},
};

}  // namespace

const OpFamily kTermFrequencies = {"term frequencies", "core/feature", kRows};

}  // namespace pillion
