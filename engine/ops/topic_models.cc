// Family: topics of documents.
//   lda_local_model_op   the share of each topic in a document's word counts, by variational
//                        inference from a start that is the same for every document
// Formulas follow combust/mleap, core/clustering/LDAModel.scala and
// optimization/LDAOptimizer.scala.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/java/gamma_draws.h"
#include "engine/linear/classes.h"
#include "engine/linear/matrix.h"
#include "engine/ops/families.h"
#include "engine/ops/matrix_attribute.h"

namespace pillion {
namespace {

// exp of the expected logarithm of each share under a Dirichlet distribution, and the same for
// each topic's words in a matrix of [topic][word].
void ExpectShares(std::span<const double> concentration, double* shares) noexcept {
  const double of_sum = Digamma(Sum(concentration));
  for (std::size_t i = 0; i < concentration.size(); ++i) {
    shares[i] = std::exp(Digamma(concentration[i]) - of_sum);
  }
}

class TopicKernel final : public Kernel {
 public:
  TopicKernel(const Matrix& topics, std::vector<double> priors)
      : word_count_(topics.rows),
        topic_count_(topics.columns),
        words_(topics.values.size()),
        priors_(std::move(priors)),
        start_(GammaDraws(kGammaShape, 1.0 / kGammaShape).Next(topic_count_)) {
    std::vector<double> shares(word_count_);
    for (std::size_t t = 0; t < topic_count_; ++t) {
      ExpectShares({topics.values.data() + t * word_count_, word_count_}, shares.data());
      for (std::size_t w = 0; w < word_count_; ++w) words_[w * topic_count_ + t] = shares[w];
    }
  }

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView document;
    const ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &document);
    if (code != ScoreCode::kOk) return code;
    double* gamma = arguments.Allocate<double>(topic_count_);
    if (gamma == nullptr) return ScoreCode::kTooLarge;
    arguments.Out() = DenseVector(gamma, static_cast<std::uint32_t>(topic_count_));
    const auto counts = document.Values();
    if (std::all_of(counts.begin(), counts.end(), [](double n) { return n == 0; })) {
      std::fill_n(gamma, topic_count_, 0.0);
      return ScoreCode::kOk;
    }
    if (!StoredBelow(document, word_count_)) return ScoreCode::kIndexOutOfBounds;
    return Infer(document, arguments.arena(), gamma);
  }

 private:
  static constexpr double kGammaShape = 100;
  static constexpr std::uint64_t kTopicSteps = 100;  // Digamma and exp

  ScoreCode Infer(const VectorView& document, Arena& arena, double* gamma) const noexcept {
    const std::size_t k = topic_count_;
    double* theta = arena.Allocate<double>(k);
    double* next = arena.Allocate<double>(k);
    if (theta == nullptr || next == nullptr) return ScoreCode::kTooLarge;
    std::copy(start_.begin(), start_.end(), gamma);
    // A document of negative counts could swing for ever.
    const std::uint64_t steps = k * (kTopicSteps + 2 * std::uint64_t{document.count});
    double change = 1;
    while (change > 1e-3) {
      if (!arena.Spend(steps)) return ScoreCode::kTooCostly;
      ExpectShares({gamma, k}, theta);
      CollectWords(document, theta, next);
      change = 0;
      for (std::size_t t = 0; t < k; ++t) {
        next[t] = theta[t] * next[t] + priors_[t];
        change += std::abs(next[t] - gamma[t]);
        gamma[t] = next[t];
      }
      change /= static_cast<double>(k);
    }
    double norm = 0;
    for (std::size_t t = 0; t < k; ++t) norm += std::abs(gamma[t]);
    if (std::isnan(norm) && AllFinite(document)) return ScoreCode::kInvalidValue;
    for (std::size_t t = 0; t < k; ++t) gamma[t] /= norm;
    return ScoreCode::kOk;
  }

  static bool AllFinite(const VectorView& document) noexcept {
    const auto counts = document.Values();
    return std::all_of(counts.begin(), counts.end(), [](double n) { return std::isfinite(n); });
  }

  // sums[t] = sum over the document's words of the word's share in topic t times count / phi,
  // where phi is the word's share under `theta`.
  void CollectWords(const VectorView& document, const double* theta, double* sums) const noexcept {
    std::fill_n(sums, topic_count_, 0.0);
    for (std::uint32_t i = 0; i < document.count; ++i) {
      const std::size_t word = document.dense() ? i : static_cast<std::size_t>(document.indices[i]);
      const double* shares = &words_[word * topic_count_];
      double phi = 0;
      for (std::size_t t = 0; t < topic_count_; ++t) phi += shares[t] * theta[t];
      const double weight = document.values[i] / (phi + 1e-100);
      for (std::size_t t = 0; t < topic_count_; ++t) sums[t] += shares[t] * weight;
    }
  }

  std::size_t word_count_;
  std::size_t topic_count_;
  std::vector<double> words_;  // [word][topic]
  std::vector<double> priors_;
  std::vector<double> start_;
};

Operation CompileLocalLda(OpSource& source) {
  std::vector<double> priors = source.Doubles("docConcentration");
  source.Double("topicConcentration");  // Must be there, but does not count.
  const Matrix topics = ReadMatrix(source, "topicMatrix");
  if (source.refused()) return {};
  if (topics.columns == 0 || priors.size() != topics.columns) {
    source.Refuse("docConcentration", "expected one for each of " + std::to_string(topics.columns) +
                                          " columns of topicMatrix, found " +
                                          std::to_string(priors.size()));
    return {};
  }
  // MLeap declares as many features as there are topics.
  const DataType type = DataType::Vector(static_cast<std::int32_t>(topics.columns));
  return {.inputs = {{"features", type}},
          .outputs = {{"prediction", type}},
          .kernel = std::make_shared<TopicKernel>(topics, std::move(priors))};
}

constexpr OpRow kRows[] = {
    {"lda_local_model_op", "Shares of topics in a document", Exactness::kRelative, CompileLocalLda},
};

}  // namespace

const OpFamily kTopicModels = {"topic models", "core/clustering", kRows};

}  // namespace pillion
