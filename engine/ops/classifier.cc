#include "engine/ops/classifier.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/linear/classes.h"

namespace pillion {

double Classifier::PredictFromProbability(std::span<const double> probability) const noexcept {
  return thresholds_ ? ArgMaxPerThreshold(probability, *thresholds_) : ArgMax(probability);
}

double Classifier::PredictFromRaw(std::span<const double> raw, double* scratch) const noexcept {
  if (!thresholds_) return ArgMax(raw);
  const std::span<double> probability(scratch, raw.size());
  std::copy(raw.begin(), raw.end(), scratch);
  RawToProbability(probability);
  return PredictFromProbability(probability);
}

double Classifier::Predict(std::span<double> raw) const noexcept {
  RawToProbability(raw);
  return PredictFromProbability(raw);
}

ScoreCode AllocateScores(Arena& arena, std::size_t count, std::span<double>* scores) noexcept {
  *scores = {arena.Allocate<double>(count), count};
  return scores->data() != nullptr ? ScoreCode::kOk : ScoreCode::kTooLarge;
}

ScoreCode ClassifierKernel::Run(Arguments& arguments) const noexcept {
  VectorView features;
  ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &features);
  if (code != ScoreCode::kOk) return code;
  std::span<double> raw;
  std::span<double> probability;
  code = classifier_->Raw(features, arguments.arena(), &raw);
  if (code == ScoreCode::kOk) code = AllocateScores(arguments.arena(), raw.size(), &probability);
  if (code != ScoreCode::kOk) return code;

  const auto count = static_cast<std::uint32_t>(raw.size());
  const bool wants_raw = arguments.Wants(0);
  const bool wants_probability = classifier_->HasProbability() && arguments.Wants(1);
  const std::size_t prediction_port = classifier_->HasProbability() ? 2 : 1;
  if (wants_raw) arguments.Out(0) = DenseVector(raw.data(), count);
  double prediction = 0;
  if (wants_probability) {
    std::copy(raw.begin(), raw.end(), probability.begin());
    classifier_->RawToProbability(probability);
    prediction = classifier_->PredictFromProbability(probability);
    arguments.Out(1) = DenseVector(probability.data(), count);
  } else if (wants_raw) {
    prediction = classifier_->PredictFromRaw(raw, probability.data());
  } else {
    prediction = classifier_->Predict(raw);
  }
  if (arguments.Wants(prediction_port)) arguments.Out(prediction_port) = Value::Scalar(prediction);
  return ScoreCode::kOk;
}

Operation MakeClassification(std::shared_ptr<const Classifier> classifier) {
  const DataType scores = DataType::Vector(static_cast<std::int32_t>(classifier->class_count()));
  std::vector<Port> outputs = {{"raw_prediction", scores}};
  if (classifier->HasProbability()) outputs.push_back({"probability", scores});
  outputs.push_back({"prediction", DataType::Scalar(BasicType::kDouble, false)});
  return {.inputs = {{"features", DataType::Vector(classifier->feature_count())}},
          .outputs = std::move(outputs),
          .kernel = std::make_shared<ClassifierKernel>(std::move(classifier))};
}

std::optional<std::vector<double>> ReadThresholds(OpSource& source,
                                                  std::optional<std::uint32_t> class_count) {
  if (!source.Has("thresholds")) return std::nullopt;
  std::vector<double> thresholds = source.Doubles("thresholds");
  if (class_count && thresholds.size() != *class_count) {
    source.Refuse("thresholds", "expected one for each of " + std::to_string(*class_count) +
                                    " classes, found " + std::to_string(thresholds.size()));
  }
  return thresholds;
}

std::uint32_t ReadCount(OpSource& source, std::string_view name, std::uint32_t min,
                        std::uint32_t max) {
  const bool present = source.Has(name);
  const std::int64_t count = source.Long(name);
  if (count >= min && count <= max) return static_cast<std::uint32_t>(count);
  const std::string expected =
      min == max ? std::to_string(min)
                 : "a number from " + std::to_string(min) + " to " + std::to_string(max);
  if (present) source.Refuse(name, "expected " + expected + ", found " + std::to_string(count));
  return min;
}

}  // namespace pillion
