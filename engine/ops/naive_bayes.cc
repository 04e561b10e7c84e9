// Family: naive Bayes.
//   naive_bayes   multinomial: raw = pi + theta · x
//                 bernoulli:   raw = pi + (theta - absent) · x + sum of absent, where absent is
//                              log(1 - exp(theta)); entries of x must be 0 or 1
// Formulas follow combust/mleap, core/classification/NaiveBayesModel.scala.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/java/total_order.h"
#include "engine/linear/classes.h"
#include "engine/linear/matrix.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"
#include "engine/ops/matrix_attribute.h"

namespace pillion {
namespace {

class MultinomialBayes : public Classifier {
 public:
  MultinomialBayes(std::vector<double> priors, Matrix weights,
                   std::optional<std::vector<double>> thresholds)
      : Classifier({static_cast<std::int32_t>(weights.columns), weights.rows},
                   std::move(thresholds)),
        priors_(std::move(priors)),
        weights_(std::move(weights)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    if (features.size != weights_.columns) return ScoreCode::kWrongSize;
    const ScoreCode code = AllocateScores(arena, class_count(), raw);
    if (code != ScoreCode::kOk) return code;
    std::fill(raw->begin(), raw->end(), 0.0);
    AddProduct(weights_, 1.0, features, raw->data());
    for (std::uint32_t i = 0; i < class_count(); ++i) (*raw)[i] = priors_[i] + (*raw)[i];
    return ScoreCode::kOk;
  }

  void RawToProbability(std::span<double> scores) const noexcept override {
    if (scores.empty()) return;
    const double largest = *std::max_element(
        scores.begin(), scores.end(), [](double a, double b) { return CompareTotally(a, b) < 0; });
    for (double& score : scores) score = std::exp(score - largest);
    Normalise(scores);
  }

 private:
  std::vector<double> priors_;
  Matrix weights_;  // [class][feature]
};

class BernoulliBayes final : public MultinomialBayes {
 public:
  BernoulliBayes(std::vector<double> priors, const Matrix& theta,
                 std::optional<std::vector<double>> thresholds)
      : MultinomialBayes(std::move(priors), WithoutAbsent(theta), std::move(thresholds)),
        absent_(SumOfAbsent(theta)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    for (const double x : features.Values()) {
      if (x != 0.0 && x != 1.0) return ScoreCode::kInvalidValue;
    }
    const ScoreCode code = MultinomialBayes::Raw(features, arena, raw);
    if (code != ScoreCode::kOk) return code;
    for (std::uint32_t i = 0; i < class_count(); ++i) (*raw)[i] = absent_[i] + (*raw)[i];
    return ScoreCode::kOk;
  }

 private:
  static double Absent(double theta) { return std::log(1.0 - std::exp(theta)); }

  static Matrix WithoutAbsent(Matrix theta) {
    for (double& value : theta.values) value = value - Absent(value);
    return theta;
  }

  static std::vector<double> SumOfAbsent(Matrix theta) {
    for (double& value : theta.values) value = Absent(value);
    const std::vector<double> ones(theta.columns, 1.0);
    std::vector<double> sums(theta.rows, 0.0);
    AddProduct(theta, 1.0, {theta.columns, theta.columns, ones.data(), nullptr}, sums.data());
    return sums;
  }

  std::vector<double> absent_;  // of all features, by class
};

std::shared_ptr<const Classifier> ReadNaiveBayes(OpSource& source) {
  ReadCount(source, "num_features");
  const std::uint32_t class_count = ReadCount(source, "num_classes");
  std::optional<std::vector<double>> thresholds = ReadThresholds(source, class_count);
  std::vector<double> priors = source.Vector("pi");
  Matrix theta = ReadMatrix(source, "theta");
  std::string type = source.String("model_type");
  if (source.refused()) return {};
  if (theta.rows != class_count) {
    source.Refuse("theta", "expected " + std::to_string(class_count) +
                               " rows, one a class, found " + std::to_string(theta.rows));
  }
  if (priors.size() != theta.rows) {
    source.Refuse("pi", "expected one for each of " + std::to_string(theta.rows) +
                            " rows of theta, found " + std::to_string(priors.size()));
  }
  // MLeap's own writer capitalises the names, which it then cannot load.
  if (type == "multinomial") {
    return std::make_shared<MultinomialBayes>(std::move(priors), std::move(theta),
                                              std::move(thresholds));
  }
  if (type == "bernoulli") {
    return std::make_shared<BernoulliBayes>(std::move(priors), theta, std::move(thresholds));
  }
  source.Refuse("model_type", "expected \"multinomial\" or \"bernoulli\", found \"" + type + "\"");
  return {};
}

constexpr OpRow kRows[] = {
    ClassifierRow<ReadNaiveBayes>(
        "naive_bayes", "Classification by naive Bayes, multinomial or Bernoulli", Exactness::kUlp4),
};

}  // namespace

const OpFamily kNaiveBayes = {"naive Bayes", "core/classification", kRows};

}  // namespace pillion
