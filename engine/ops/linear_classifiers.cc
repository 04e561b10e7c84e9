// Family: classification by linear margins, coefficients · features + intercept.
//   logistic_regression   binary: raw = [-margin, margin], each through the logistic function;
//                         multinomial: one margin a class, softmax
//   linear_svc               raw = [-margin, margin], 1 where the margin is above the threshold
//   support_vector_machine   raw = probability = [-margin, margin]
// Formulas follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/classification/.
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "engine/linear/classes.h"
#include "engine/linear/matrix.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"
#include "engine/ops/linear_margin.h"
#include "engine/ops/matrix_attribute.h"

namespace pillion {
namespace {

// Two classes whose raw scores are [-margin, margin].
class MarginClassifier : public Classifier {
 public:
  explicit MarginClassifier(LinearMargin margin, std::optional<std::vector<double>> thresholds = {})
      : Classifier({margin.feature_count(), 2}, std::move(thresholds)),
        margin_(std::move(margin)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    double margin = 0;
    ScoreCode code = margin_.Of(features, &margin);
    if (code == ScoreCode::kOk) code = AllocateScores(arena, 2, raw);
    if (code != ScoreCode::kOk) return code;
    (*raw)[0] = -margin;
    (*raw)[1] = margin;
    return ScoreCode::kOk;
  }

 private:
  LinearMargin margin_;
};

class BinaryLogistic final : public MarginClassifier {
 public:
  BinaryLogistic(LinearMargin margin, double threshold)
      : MarginClassifier(std::move(margin)), threshold_(threshold) {}

  // Each by itself: the two need not add up to 1 in the last bit.
  void RawToProbability(std::span<double> scores) const noexcept override {
    for (double& score : scores) score = Sigmoid(score);
  }
  double PredictFromProbability(std::span<const double> probability) const noexcept override {
    return probability[1] > threshold_ ? 1.0 : 0.0;
  }
  double PredictFromRaw(std::span<const double> raw, double*) const noexcept override {
    return raw[1] > RawThreshold() ? 1.0 : 0.0;
  }

 private:
  double RawThreshold() const noexcept {
    if (threshold_ == 0) return -std::numeric_limits<double>::infinity();
    if (threshold_ == 1) return std::numeric_limits<double>::infinity();
    return std::log(threshold_ / (1.0 - threshold_));
  }

  double threshold_;
};

class MultinomialLogistic final : public Classifier {
 public:
  MultinomialLogistic(Matrix coefficients, std::vector<double> intercepts,
                      std::optional<std::vector<double>> thresholds)
      : Classifier({static_cast<std::int32_t>(coefficients.columns), coefficients.rows},
                   std::move(thresholds)),
        coefficients_(std::move(coefficients)),
        intercepts_(std::move(intercepts)) {}

  ScoreCode Raw(const VectorView& features, Arena& arena,
                std::span<double>* raw) const noexcept override {
    if (features.size != coefficients_.columns) return ScoreCode::kWrongSize;
    const ScoreCode code = AllocateScores(arena, class_count(), raw);
    if (code != ScoreCode::kOk) return code;
    std::copy(intercepts_.begin(), intercepts_.end(), raw->begin());
    AddProduct(coefficients_, 1.0, features, raw->data());
    return ScoreCode::kOk;
  }

  // Shifted by the largest margin only where that is positive; where all are far below 0 the sum
  // vanishes and the answer is NaN, as in MLeap.
  void RawToProbability(std::span<double> scores) const noexcept override {
    if (scores.empty()) return;
    const auto largest = static_cast<std::size_t>(ArgMax(scores));
    const double margin = scores[largest];
    if (margin == std::numeric_limits<double>::infinity()) {
      std::fill(scores.begin(), scores.end(), 0.0);
      scores[largest] = 1.0;
      return;
    }
    double sum = 0;
    for (double& score : scores) {
      score = std::exp(margin > 0 ? score - margin : score);
      sum += score;
    }
    const double factor = 1.0 / sum;
    for (double& score : scores) score *= factor;
  }

 private:
  Matrix coefficients_;
  std::vector<double> intercepts_;
};

std::shared_ptr<const Classifier> ReadMultinomialLogistic(OpSource& source) {
  Matrix coefficients = ReadMatrix(source, "coefficient_matrix");
  std::vector<double> intercepts = source.Vector("intercept_vector");
  if (intercepts.size() != coefficients.rows && !source.refused()) {
    source.Refuse("intercept_vector",
                  "expected one for each of " + std::to_string(coefficients.rows) +
                      " rows of coefficient_matrix, found " + std::to_string(intercepts.size()));
  }
  return std::make_shared<MultinomialLogistic>(std::move(coefficients), std::move(intercepts),
                                               ReadThresholds(source));
}

std::shared_ptr<const Classifier> ReadLogisticRegression(OpSource& source) {
  if (source.Long("num_classes") > 2) return ReadMultinomialLogistic(source);
  LinearMargin margin = ReadLinearMargin(source);
  const double threshold = source.Double("threshold", 0.5);
  return std::make_shared<BinaryLogistic>(std::move(margin), threshold);
}

class LinearSvc final : public MarginClassifier {
 public:
  LinearSvc(LinearMargin margin, double threshold)
      : MarginClassifier(std::move(margin)), threshold_(threshold) {}

  bool HasProbability() const noexcept override { return false; }
  void RawToProbability(std::span<double>) const noexcept override {}
  double PredictFromRaw(std::span<const double> raw, double*) const noexcept override {
    return raw[1] > threshold_ ? 1.0 : 0.0;
  }
  double Predict(std::span<double> raw) const noexcept override {
    return PredictFromRaw(raw, nullptr);
  }

 private:
  double threshold_;
};

std::shared_ptr<const Classifier> ReadLinearSvc(OpSource& source) {
  ReadCount(source, "num_classes", 2, 2);
  LinearMargin margin = ReadLinearMargin(source);
  return std::make_shared<LinearSvc>(std::move(margin), source.Double("threshold"));
}

// Its "probabilities" are the raw scores.
class SupportVectorMachine final : public MarginClassifier {
 public:
  using MarginClassifier::MarginClassifier;

  void RawToProbability(std::span<double>) const noexcept override {}
};

std::shared_ptr<const Classifier> ReadSupportVectorMachine(OpSource& source) {
  ReadCount(source, "num_classes", 2, 2);
  LinearMargin margin = ReadLinearMargin(source);
  return std::make_shared<SupportVectorMachine>(std::move(margin), ReadThresholds(source));
}

constexpr OpRow kRows[] = {
    ClassifierRow<ReadLogisticRegression>(
        "logistic_regression", "Two or more classes by logistic regression", Exactness::kUlp4),
    ClassifierRow<ReadLinearSvc>("linear_svc", "Two classes by a linear support vector classifier",
                                 Exactness::kBits),
    ClassifierRow<ReadSupportVectorMachine>("support_vector_machine",
                                            "Two classes by a linear support vector machine",
                                            Exactness::kBits),
};

}  // namespace

const OpFamily kLinearClassifiers = {"linear classifiers", "core/classification", kRows};

}  // namespace pillion
