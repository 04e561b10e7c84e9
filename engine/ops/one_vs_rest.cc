// Family: classifiers made of classifiers.
//   one_vs_rest   one model a class, each telling its class from all others; the largest
//                 probability wins
// A model without probabilities (linear_svc) takes part with its 0 or 1.
// Formulas follow combust/mleap, core/classification/OneVsRestModel.scala.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/java/total_order.h"
#include "engine/linear/vector.h"
#include "engine/ops/classifier.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

class OneVsRestKernel final : public Kernel {
 public:
  explicit OneVsRestKernel(std::vector<std::shared_ptr<const Classifier>> classifiers)
      : classifiers_(std::move(classifiers)) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    VectorView features;
    ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &features);
    if (code != ScoreCode::kOk) return code;
    double* raw = arguments.Allocate<double>(classifiers_.size());
    if (raw == nullptr) return ScoreCode::kTooLarge;
    std::size_t winner = 0;
    double best = 0;
    for (std::size_t i = 0; i < classifiers_.size(); ++i) {
      double probability = 0;
      code = AskOne(*classifiers_[i], features, arguments.arena(), &raw[i], &probability);
      if (code != ScoreCode::kOk) return code;
      if (i > 0 && CompareTotally(probability, best) <= 0) continue;
      winner = i;
      best = probability;
    }
    if (arguments.Wants(0)) arguments.Out(0) = Value::Scalar(best);
    if (arguments.Wants(1)) {
      arguments.Out(1) = DenseVector(raw, static_cast<std::uint32_t>(classifiers_.size()));
    }
    if (arguments.Wants(2)) arguments.Out(2) = Value::Scalar(static_cast<double>(winner));
    return ScoreCode::kOk;
  }

 private:
  // The raw score and the probability of class 1.
  static ScoreCode AskOne(const Classifier& classifier, const VectorView& features, Arena& arena,
                          double* raw, double* probability) noexcept {
    std::span<double> scores;
    const ScoreCode code = classifier.Raw(features, arena, &scores);
    if (code != ScoreCode::kOk) return code;
    if (!classifier.HasProbability()) {
      *raw = *probability = classifier.Predict(scores);
      return ScoreCode::kOk;
    }
    if (scores.size() < 2) return ScoreCode::kIndexOutOfBounds;
    *raw = scores[1];
    classifier.RawToProbability(scores);
    *probability = scores[1];
    return ScoreCode::kOk;
  }

  std::vector<std::shared_ptr<const Classifier>> classifiers_;
};

// The classifier of a nested model; nullptr: refused. One that nests others is none for MLeap.
std::shared_ptr<const Classifier> ReadNested(OpSource& model) {
  const OpRow* row = FindOp(model.op());
  if (row != nullptr && row->read_classifier != nullptr) return row->read_classifier(model);
  model.Refuse("", "expected a classifier, found the op '" + model.op() + "'");
  return nullptr;
}

Operation CompileOneVsRest(OpSource& source) {
  const std::uint32_t class_count = ReadCount(source, "num_classes", 1);
  const std::uint32_t feature_count = ReadCount(source, "num_features");
  std::vector<std::shared_ptr<const Classifier>> classifiers;
  while (classifiers.size() < class_count) {
    std::optional<OpSource> model = source.Nested("model" + std::to_string(classifiers.size()));
    if (!model) break;
    classifiers.push_back(ReadNested(*model));
  }
  if (source.refused()) return {};
  return {.inputs = {{"features", DataType::Vector(static_cast<std::int32_t>(feature_count))}},
          .outputs = {{"probability", DataType::Scalar(BasicType::kDouble)},
                      {"raw_prediction", DataType::Vector(static_cast<std::int32_t>(class_count))},
                      {"prediction", DataType::Scalar(BasicType::kDouble)}},
          .kernel = std::make_shared<OneVsRestKernel>(std::move(classifiers))};
}

constexpr OpRow kRows[] = {
    {"one_vs_rest", "One classifier a class, the most probable wins", Exactness::kUlp4,
     CompileOneVsRest},
};

}  // namespace

const OpFamily kOneVsRest = {"one versus rest", "core/classification", kRows};

}  // namespace pillion
