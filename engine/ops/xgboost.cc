// Family: XGBoost models, as one of MLeap's two runtimes scores them (see load_options.h).
//   xgboost.classifier   raw_prediction, probability, prediction
//   xgboost.regression   prediction
//   both also            leaf_prediction, the leaf of each tree; contrib_prediction, SHAP values
// Two classes: from the single margin. The predictor offers only probability and prediction.
// Formulas follow combust/mleap, mleap-xgboost-runtime; the arithmetic lies in
// engine/formats/xgboost/.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/formats/xgboost/booster.h"
#include "engine/linear/classes.h"
#include "engine/ops/families.h"

namespace pillion {
namespace {

// Math.round of a float in Java: ties upwards, NaN is 0, within the range of int.
double Round(float x) noexcept {
  if (std::isnan(x)) return 0;
  const double rounded = std::floor(static_cast<double>(x) + 0.5);
  return std::clamp(rounded, -2147483648.0, 2147483647.0);
}

// One row's features and what the booster says of them.
struct Answer {
  const float* features = nullptr;
  std::span<const float> margins;
  std::span<const float> predictions;
};

// nullptr: no room.
const double* Widen(Arguments& arguments, std::span<const float> values) noexcept {
  auto* widened = arguments.Allocate<double>(values.size());
  if (widened != nullptr) std::copy(values.begin(), values.end(), widened);
  return widened;
}

// What stood for a missing value in training and is to be taken for one, beside NaN.
struct MissingMarker {
  float value = 0;
  // XGBoost4J-Spark refuses sparse vectors with another marker than 0, for it cannot know what the
  // absent entries are, unless the model was told that they are missing.
  bool takes_sparse = false;
};

// `vector` with NaN for the marker. Codes: kInvalidValue (a sparse vector), kTooLarge.
ScoreCode RemoveMarker(const MissingMarker& marker, Arguments& arguments,
                       VectorView* vector) noexcept {
  if (!vector->dense() && !marker.takes_sparse) return ScoreCode::kInvalidValue;
  auto* values = arguments.Allocate<double>(std::max(vector->count, 1U));
  if (values == nullptr) return ScoreCode::kTooLarge;
  std::transform(vector->values, vector->values + vector->count, values, [&](double value) {
    const bool is_missing = static_cast<float>(value) == marker.value;
    return is_missing ? std::numeric_limits<double>::quiet_NaN() : value;
  });
  vector->values = values;
  return ScoreCode::kOk;
}

// A booster, and how its features are read.
struct TrainedBooster {
  Booster booster;
  std::optional<MissingMarker> missing;
};

class BoosterKernel : public Kernel {
 public:
  explicit BoosterKernel(TrainedBooster trained)
      : booster_(std::move(trained.booster)), missing_(trained.missing) {}

 protected:
  ScoreCode Ask(Arguments& arguments, Answer* answer) const noexcept {
    VectorView vector;
    ScoreCode code = ReadVector(arguments.In(0), arguments.arena(), &vector);
    if (code == ScoreCode::kOk && missing_) code = RemoveMarker(*missing_, arguments, &vector);
    if (code != ScoreCode::kOk) return code;
    code = booster_.ReadFeatures(vector, arguments.arena(), &answer->features);
    if (code != ScoreCode::kOk) return code;
    const std::size_t count = booster_.group_count();
    auto* margins = arguments.Allocate<float>(count);
    auto* predictions = arguments.Allocate<float>(count);
    if (margins == nullptr || predictions == nullptr) return ScoreCode::kTooLarge;
    code = booster_.Margins(answer->features, arguments.arena(), margins);
    if (code != ScoreCode::kOk) return code;
    std::copy_n(margins, count, predictions);
    answer->margins = {margins, count};
    answer->predictions = {predictions, booster_.Transform({predictions, count})};
    return ScoreCode::kOk;
  }

  // Fills leaf_prediction and contrib_prediction, the outputs from `first` on.
  ScoreCode Explain(Arguments& arguments, const float* features, std::size_t first) const noexcept {
    if (arguments.Wants(first)) {
      auto* leaves = arguments.Allocate<double>(booster_.tree_count());
      if (leaves == nullptr) return ScoreCode::kTooLarge;
      const ScoreCode code = booster_.Leaves(features, arguments.arena(), leaves);
      if (code != ScoreCode::kOk) return code;
      arguments.Out(first) = Value::List(leaves, booster_.tree_count());
    }
    if (!arguments.Wants(first + 1)) return ScoreCode::kOk;
    const std::size_t size = (std::size_t{booster_.feature_count()} + 1) * booster_.group_count();
    auto* shares = arguments.Allocate<float>(size);
    if (shares == nullptr) return ScoreCode::kTooLarge;
    const ScoreCode code = booster_.Contributions(features, arguments.arena(), shares);
    if (code != ScoreCode::kOk) return code;
    const double* widened = Widen(arguments, {shares, size});
    if (widened == nullptr) return ScoreCode::kTooLarge;
    arguments.Out(first + 1) = Value::List(widened, static_cast<std::uint32_t>(size));
    return ScoreCode::kOk;
  }

  const Booster booster_;
  const std::optional<MissingMarker> missing_;
};

class XgboostRegressionKernel final : public BoosterKernel {
 public:
  XgboostRegressionKernel(TrainedBooster booster, bool explains)
      : BoosterKernel(std::move(booster)), explains_(explains) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Answer answer;
    const ScoreCode code = Ask(arguments, &answer);
    if (code != ScoreCode::kOk) return code;
    const double prediction = answer.predictions[0];
    if (arguments.Wants(0)) arguments.Out(0) = Value::Scalar(prediction);
    return explains_ ? Explain(arguments, answer.features, 1) : ScoreCode::kOk;
  }

 private:
  bool explains_;
};

// A vector of what a classifier computes in float; null: no room.
Value Scores(Arguments& arguments, std::span<const float> scores) noexcept {
  const double* widened = Widen(arguments, scores);
  if (widened == nullptr) return Value::Null();
  return DenseVector(widened, static_cast<std::uint32_t>(scores.size()));
}

Value Probability(Arguments& arguments, const Answer& answer, bool binary) noexcept {
  if (!binary) return Scores(arguments, answer.predictions);
  const float pair[] = {1.0F - answer.predictions[0], answer.predictions[0]};
  return Scores(arguments, pair);
}

class XgboostClassifierKernel final : public BoosterKernel {
 public:
  XgboostClassifierKernel(TrainedBooster booster, bool binary)
      : BoosterKernel(std::move(booster)), binary_(binary) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Answer answer;
    const ScoreCode code = Ask(arguments, &answer);
    if (code != ScoreCode::kOk) return code;
    const float pair[] = {-answer.margins[0], answer.margins[0]};
    const Value raw = Scores(arguments, binary_ ? pair : answer.margins);
    const Value probability = Probability(arguments, answer, binary_);
    if (raw.null || probability.null) return ScoreCode::kTooLarge;
    if (arguments.Wants(0)) arguments.Out(0) = raw;
    if (arguments.Wants(1)) arguments.Out(1) = probability;
    if (arguments.Wants(2)) {
      const double prediction =
          binary_ ? Round(answer.predictions[0]) : ArgMax(probability.Elements<double>());
      arguments.Out(2) = Value::Scalar(prediction);
    }
    return Explain(arguments, answer.features, 3);
  }

 private:
  bool binary_;
};

class PredictorClassifierKernel final : public BoosterKernel {
 public:
  PredictorClassifierKernel(TrainedBooster booster, bool binary)
      : BoosterKernel(std::move(booster)), binary_(binary) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Answer answer;
    const ScoreCode code = Ask(arguments, &answer);
    if (code != ScoreCode::kOk) return code;
    arguments.Out() = Probability(arguments, answer, binary_);
    return arguments.Out().null ? ScoreCode::kTooLarge : ScoreCode::kOk;
  }

 private:
  bool binary_;
};

std::string TextOf(float number) {
  std::string text(32, '\0');
  text.resize(static_cast<std::size_t>(
      std::to_chars(text.data(), text.data() + text.size(), number).ptr - text.data()));
  return text;
}

// MLeap reads no marker: what is absent or NaN is missing. Nothing where that is all there is to
// it.
std::optional<MissingMarker> ReadMissing(OpSource& source) {
  constexpr std::string_view kAttribute = "missing";
  if (!source.Has(kAttribute)) return std::nullopt;
  const float value = source.Float(kAttribute);
  if (std::isnan(value)) return std::nullopt;
  if (source.options().xgboost_missing == XgboostMissing::kAsTrained) {
    const bool takes_sparse = source.Boolean("allow_non_zero_for_missing", false);
    return MissingMarker{value, value == 0 || takes_sparse};
  }
  source.Warn(kAttribute,
              "in training " + TextOf(value) +
                  " stood for a missing value; MLeap does not heed that, so rows with this value "
                  "score otherwise than in Spark. --xgboost-missing=as-trained follows Spark");
  return std::nullopt;
}

std::optional<TrainedBooster> ReadBooster(OpSource& source) {
  constexpr std::string_view kFile = "xgboost.model";
  const std::string where = source.directory() + "/" + std::string(kFile);
  const std::int32_t tree_limit = source.Int("tree_limit", 0);
  const std::string bytes = source.SideFile(kFile);
  if (source.refused()) return std::nullopt;
  const bool legacy_only = source.options().xgboost_runtime == XgboostRuntime::kPredictor;
  Result<BoosterFile> file = legacy_only ? ReadBoosterBinary(bytes, where)
                                         : ReadBoosterFile(bytes, source.limits(), where);
  Result<Booster> booster =
      file ? Booster::Make(*std::move(file), tree_limit, source.options(), where)
           : Result<Booster>(tl::unexpected<LoadError>(std::move(file).error()));
  if (!booster) {
    source.Refuse(std::move(booster).error());
    return std::nullopt;
  }
  if (booster->is_linear() && source.DeclaresOutput("leaf_prediction")) {
    source.RefuseNode("the output port 'leaf_prediction' needs trees, the booster is gblinear");
  }
  return TrainedBooster{*std::move(booster), ReadMissing(source)};
}

Operation MakeBoosting(OpSource& source, std::vector<Port> outputs,
                       std::shared_ptr<const Kernel> kernel) {
  return {.inputs = {{"features", DataType::Vector(source.Int("num_features"))}},
          .outputs = std::move(outputs),
          .kernel = std::move(kernel)};
}

bool ForPredictor(OpSource& source) {
  return source.options().xgboost_runtime == XgboostRuntime::kPredictor;
}

Operation CompileXgboostClassifier(OpSource& source) {
  std::optional<TrainedBooster> booster = ReadBooster(source);
  const std::int32_t class_count = source.Int("num_classes");
  if (!booster) return {};
  const bool binary = class_count == 2;
  const DataType scores = DataType::Vector(class_count);
  if (ForPredictor(source)) {
    return MakeBoosting(source, {{"probability", scores}},
                        std::make_shared<PredictorClassifierKernel>(*std::move(booster), binary));
  }
  const DataType list = DataType::List(BasicType::kDouble);
  return MakeBoosting(source,
                      {{"raw_prediction", scores},
                       {"probability", scores},
                       {"prediction", DataType::Scalar(BasicType::kDouble, false)},
                       {"leaf_prediction", list},
                       {"contrib_prediction", list}},
                      std::make_shared<XgboostClassifierKernel>(*std::move(booster), binary));
}

Operation CompileXgboostRegression(OpSource& source) {
  std::optional<TrainedBooster> booster = ReadBooster(source);
  if (!booster) return {};
  const DataType list = DataType::List(BasicType::kDouble);
  std::vector<Port> outputs = {{"prediction", DataType::Scalar(BasicType::kDouble, false)}};
  if (!ForPredictor(source)) {
    outputs.push_back({"leaf_prediction", list});
    outputs.push_back({"contrib_prediction", list});
  }
  return MakeBoosting(
      source, std::move(outputs),
      std::make_shared<XgboostRegressionKernel>(*std::move(booster), !ForPredictor(source)));
}

constexpr OpRow kRows[] = {
    {"xgboost.classifier", "Two or more classes by XGBoost", Exactness::kUlp4,
     CompileXgboostClassifier},
    {"xgboost.regression", "Regression by XGBoost", Exactness::kUlp4, CompileXgboostRegression},
};

}  // namespace

const OpFamily kXgboost = {"XGBoost", "mleap-xgboost-runtime", kRows};

}  // namespace pillion
