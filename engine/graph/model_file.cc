// A model file of XGBoost or LightGBM as a model: one stage, a column a feature.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "engine/files/foreign_file.h"
#include "engine/formats/lightgbm/gbdt.h"
#include "engine/formats/lightgbm/gbdt_file.h"
#include "engine/formats/xgboost/booster.h"
#include "engine/formats/xgboost/booster_file.h"
#include "engine/model.h"
#include "engine/ops/lightgbm_file.h"
#include "engine/ops/xgboost_file.h"

namespace pillion {
namespace {

constexpr std::uint32_t kFeaturesMax = 1 << 20;

ModelFileAnswers AnswersOf(const BoosterFile& file) {
  if (file.objective == "binary:logistic") return ModelFileAnswers::kBinary;
  if (file.objective == "multi:softprob") return ModelFileAnswers::kClasses;
  return ModelFileAnswers::kNumber;
}

// The columns of the features: `names`, or as the library calls them where it has none. `where`
// they stand.
Result<std::vector<std::string>> ColumnsOf(std::vector<std::string> names, std::uint32_t count,
                                           std::string_view prefix, std::string_view where) {
  if (names.empty()) {
    for (std::uint32_t i = 0; i < count; ++i) {
      names.push_back(std::string(prefix) + std::to_string(i));
    }
  }
  if (names.size() != count) {
    return Fail(LoadCode::kBadBundle, std::string(where),
                "expected " + std::to_string(count) + ", one a feature, found " +
                    std::to_string(names.size()));
  }
  std::set<std::string_view> seen = {"prediction", "probability", "decision"};
  for (const std::string& name : names) {
    if (seen.insert(name).second) continue;
    return Fail(LoadCode::kBadSchema, std::string(where),
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

Result<Stage> XgboostStage(const std::string& bytes, const LoadOptions& options,
                           std::vector<std::string>* warnings) {
  BoosterFile file;
  PILLION_ASSIGN(file, ReadBoosterFile(bytes, options.limits, ""));
  PILLION_TRY(Check(file));
  Stage stage;
  stage.name = file.kind;
  stage.op = "xgboost";
  PILLION_ASSIGN(stage.input_columns, ColumnsOf(std::move(file.feature_names), file.feature_count,
                                                "f", "learner.feature_names"));
  const ModelFileAnswers answers = AnswersOf(file);
  if (!file.best_iteration.empty()) {
    warnings->push_back(
        "training stopped early, at iteration " + Quote(file.best_iteration) +
        " as the best; all trees count here, as in Booster.predict. An estimator's predict takes "
        "those up to the best one: for that, save booster[:best_iteration + 1]");
  }
  LoadOptions native = options;
  native.xgboost_runtime = XgboostRuntime::kNative;
  Result<Booster> booster = Booster::Make(std::move(file), 0, native, "");
  if (!booster) return tl::unexpected<LoadError>(std::move(booster).error());
  stage.operation = MakeBoosterOperation(*std::move(booster), answers);
  return stage;
}

Result<Stage> LightgbmStage(const std::string& bytes, const LoadOptions& options) {
  GbdtFile file;
  PILLION_ASSIGN(file, ReadGbdtFile(bytes, options.limits));
  Stage stage;
  stage.name = "gbdt";
  stage.op = "lightgbm";
  PILLION_ASSIGN(stage.input_columns, ColumnsOf(std::move(file.feature_names), file.feature_count,
                                                "Column_", "feature_names"));
  Result<Gbdt> gbdt = Gbdt::Make(std::move(file));
  if (!gbdt) return tl::unexpected<LoadError>(std::move(gbdt).error());
  stage.operation = MakeGbdtOperation(*std::move(gbdt));
  return stage;
}

}  // namespace

Result<std::shared_ptr<const Model>> Model::MakeOfFile(const std::string& bytes,
                                                       const LoadOptions& options,
                                                       std::string place) {
  const bool is_lightgbm = IsLightgbm(bytes);
  std::vector<std::string> warnings;
  Result<Stage> made =
      is_lightgbm ? LightgbmStage(bytes, options) : XgboostStage(bytes, options, &warnings);
  if (!made) return tl::unexpected<LoadError>(std::move(made).error());
  Stage& stage = *made;
  const std::shared_ptr<Model> model(new Model());
  for (const std::string& warning : warnings) model->warnings_.push_back(place + ": " + warning);
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
  model->info_.name = stage.op;
  model->info_.format = is_lightgbm ? BundleFormat::kLightgbm : BundleFormat::kXgboost;
  model->limits_ = options.limits;
  model->stages_.push_back(std::move(stage));
  return std::shared_ptr<const Model>(model);
}

}  // namespace pillion
