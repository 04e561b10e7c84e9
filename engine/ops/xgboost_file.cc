#include "engine/ops/xgboost_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

namespace pillion {
namespace {

class BoosterFileKernel final : public Kernel {
 public:
  BoosterFileKernel(Booster booster, ModelFileAnswers answers)
      : booster_(std::move(booster)), answers_(answers) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    auto* features = arguments.Allocate<float>(std::max(booster_.feature_count(), 1U));
    auto* margins = arguments.Allocate<float>(booster_.group_count());
    auto* predictions = arguments.Allocate<float>(std::max(booster_.group_count(), 2U));
    if (features == nullptr || margins == nullptr || predictions == nullptr) {
      return ScoreCode::kTooLarge;
    }
    features[0] = std::numeric_limits<float>::quiet_NaN();
    for (std::uint32_t i = 0; i < booster_.feature_count(); ++i) {
      const Value& value = arguments.In(i);
      features[i] =
          value.null ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value.float64);
      if (std::isinf(features[i])) return arguments.Blame(i, ScoreCode::kInvalidValue);
    }
    const ScoreCode code = booster_.Margins(features, arguments.arena(), margins);
    if (code != ScoreCode::kOk) return code;
    std::copy_n(margins, booster_.group_count(), predictions);
    booster_.Transform({predictions, booster_.group_count()});
    return Answer(arguments, margins, predictions);
  }

 private:
  ScoreCode Answer(Arguments& arguments, const float* margins, float* predictions) const noexcept {
    switch (answers_) {
      case ModelFileAnswers::kNumber:
        arguments.Out(0) = Value::Scalar(static_cast<double>(predictions[0]));
        return ScoreCode::kOk;
      case ModelFileAnswers::kBinary:
        // As xgboost.XGBClassifier has them.
        predictions[1] = predictions[0];
        predictions[0] = 1.0F - predictions[1];
        arguments.Out(0) = Value::Scalar(predictions[1] > 0.5F ? 1.0 : 0.0);
        arguments.Out(2) = Value::Scalar(static_cast<double>(margins[0]));
        return Widen(arguments, 1, predictions, 2);
      case ModelFileAnswers::kClasses: break;
    }
    const std::uint32_t count = booster_.group_count();
    ScoreCode code = Widen(arguments, 1, predictions, count);
    if (code == ScoreCode::kOk) code = Widen(arguments, 2, margins, count);
    if (code != ScoreCode::kOk) return code;
    const float* const best = std::max_element(predictions, predictions + count);
    arguments.Out(0) = Value::Scalar(static_cast<double>(best - predictions));
    return ScoreCode::kOk;
  }

  static ScoreCode Widen(Arguments& arguments, std::size_t out, const float* values,
                         std::uint32_t count) noexcept {
    auto* widened = arguments.Allocate<double>(count);
    if (widened == nullptr) return ScoreCode::kTooLarge;
    std::copy_n(values, count, widened);
    arguments.Out(out) = Value::Dense(widened, count);
    return ScoreCode::kOk;
  }

  const Booster booster_;
  const ModelFileAnswers answers_;
};

}  // namespace

Operation MakeBoosterOperation(Booster booster, ModelFileAnswers answers) {
  Operation operation;
  operation.inputs = FeaturePorts(booster.feature_count());
  operation.outputs = AnswerPorts(answers, booster.group_count());
  operation.fills_nulls = true;  // a missing feature is one of the values that trees know
  operation.kernel = std::make_shared<BoosterFileKernel>(std::move(booster), answers);
  return operation;
}

}  // namespace pillion
