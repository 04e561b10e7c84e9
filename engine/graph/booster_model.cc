// An XGBoost model file as a model: one stage, a column a feature.
#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "engine/formats/xgboost/booster.h"
#include "engine/formats/xgboost/booster_file.h"
#include "engine/model.h"
#include "engine/ops/xgboost_file.h"

namespace pillion {
namespace {

constexpr std::uint32_t kFeaturesMax = 1 << 20;

BoosterAnswers AnswersOf(const BoosterFile& file) {
  if (file.objective == "binary:logistic") return BoosterAnswers::kBinary;
  if (file.objective == "multi:softprob") return BoosterAnswers::kClasses;
  return BoosterAnswers::kNumber;
}

// The columns of the features: their names in the file, or f0, f1, ... as XGBoost calls them.
Result<std::vector<std::string>> ColumnsOf(const BoosterFile& file) {
  std::vector<std::string> names = file.feature_names;
  if (names.empty()) {
    for (std::uint32_t i = 0; i < file.feature_count; ++i) names.push_back("f" + std::to_string(i));
  }
  if (names.size() != file.feature_count) {
    return Fail(LoadCode::kBadBundle, "learner.feature_names",
                "expected " + std::to_string(file.feature_count) + ", one a feature, found " +
                    std::to_string(names.size()));
  }
  std::set<std::string_view> seen = {"prediction", "probability", "decision"};
  for (const std::string& name : names) {
    if (seen.insert(name).second) continue;
    return Fail(LoadCode::kBadSchema, "learner.feature_names",
                Quote(name) +
                    " stands there twice, or is what an answer is called; rename the "
                    "column and save the model again");
  }
  return names;
}

// What cannot be answered as XGBoost does.
Result<void> Check(const BoosterFile& file) {
  if (file.feature_count > kFeaturesMax) {
    return Fail(LoadCode::kOverLimit, "learner.learner_model_param.num_feature",
                "more features than the limit of " + std::to_string(kFeaturesMax));
  }
  if (file.has_category_names) {
    return Fail(LoadCode::kUnsupported, "learner.gradient_booster.model.cats",
                "the model reads categories by the names that a DataFrame gave them; train on "
                "their numbers, for which scikit-learn's OrdinalEncoder would do");
  }
  if (file.target_count > 1) {
    return Fail(LoadCode::kUnsupported, "learner.learner_model_param.num_target",
                "the model has " + std::to_string(file.target_count) +
                    " targets; train one model a target");
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Model>> Model::MakeOfBooster(const std::string& bytes,
                                                          const LoadOptions& options,
                                                          std::string place) {
  BoosterFile file;
  PILLION_ASSIGN(file, ReadBoosterFile(bytes, options.limits, ""));
  PILLION_TRY(Check(file));
  const std::shared_ptr<Model> model(new Model());
  Stage stage;
  stage.name = file.kind;
  stage.op = "xgboost";
  PILLION_ASSIGN(stage.input_columns, ColumnsOf(file));
  const BoosterAnswers answers = AnswersOf(file);
  if (!file.best_iteration.empty()) {
    model->warnings_.push_back(
        place + ": training stopped early, at iteration " + Quote(file.best_iteration) +
        " as the best; all trees count here, as in Booster.predict. An estimator's predict takes "
        "those up to the best one: for that, save booster[:best_iteration + 1]");
  }
  LoadOptions native = options;
  native.xgboost_runtime = XgboostRuntime::kNative;
  Result<Booster> booster = Booster::Make(std::move(file), 0, native, "");
  if (!booster) return tl::unexpected<LoadError>(std::move(booster).error());
  stage.operation = MakeBoosterOperation(*std::move(booster), answers);
  for (std::size_t i = 0; i < stage.input_columns.size(); ++i) {
    model->inputs_.push_back({stage.input_columns[i], stage.operation.inputs[i].type});
  }
  for (const Port& port : stage.operation.outputs) {
    stage.output_columns.emplace_back(port.name);
    model->outputs_.push_back({port.name, port.type});
  }
  ContentHasher hasher;
  hasher.Add("model", bytes);
  model->content_hash_ = hasher.Hash();
  model->bundle_bytes_ = bytes.size();
  model->place_ = std::move(place);
  model->info_.name = "xgboost";
  model->info_.format = BundleFormat::kXgboost;
  model->limits_ = options.limits;
  model->stages_.push_back(std::move(stage));
  return std::shared_ptr<const Model>(model);
}

}  // namespace pillion
