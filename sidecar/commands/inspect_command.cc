// pillion inspect: what a bundle holds and what becomes of it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/model.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"
#include "sidecar/table/json_text.h"
#include "sidecar/table/leap_schema.h"

namespace pillion {
namespace {

struct Options {
  std::string model;
  LoadOptions load;
  std::string as = "text";
  std::vector<std::string> select;
};

bool RunsOwnKernel(const Plan& plan, const std::vector<PlanStep>& steps, std::size_t stage) {
  const Kernel* kernel = plan.model().stages()[stage].operation.kernel.get();
  return std::any_of(steps.begin(), steps.end(), [&](const PlanStep& step) {
    return step.stage == stage && step.kernel == kernel;
  });
}

std::ptrdiff_t CountSteps(const std::vector<PlanStep>& steps, std::size_t stage) {
  return std::count_if(steps.begin(), steps.end(),
                       [&](const PlanStep& step) { return step.stage == stage; });
}

// What becomes of a stage in the plan, and why.
std::string Fate(const Plan& plan, std::size_t stage) {
  if (!RunsOwnKernel(plan, plan.steps(), stage)) {
    return "left out: nothing that is wanted depends on it";
  }
  std::string fate = "runs";
  if (!plan.fast_steps().empty() && !RunsOwnKernel(plan, plan.fast_steps(), stage)) {
    fate = CountSteps(plan.fast_steps(), stage) > 0
               ? "fused with stages that feed it: fewer passes over the row, the same bits"
               : "fused into a later stage that alone needs it";
  }
  // All of a stage's steps but its kernel are casts of its inputs.
  const std::ptrdiff_t casts = CountSteps(plan.steps(), stage) - 1;
  if (casts > 0) fate += fmt::format("; casts {} of its inputs", casts);
  if (plan.model().stages()[stage].operation.may_skip) fate += "; may remove rows";
  return fate;
}

std::vector<std::string> Outputs(const Stage& stage) {
  std::vector<std::string> names;
  for (const std::optional<std::string>& column : stage.output_columns) {
    if (column) names.push_back(*column);
  }
  return names;
}

std::string_view FormatName(const Model& model) {
  switch (model.info().format) {
    case BundleFormat::kJson: return "json";
    case BundleFormat::kProtobuf: return "protobuf";
    case BundleFormat::kXgboost: return "xgboost";
    case BundleFormat::kLightgbm: break;
  }
  return "lightgbm";
}

void PrintColumns(std::string_view title, const Schema& schema) {
  fmt::print("{}\n", title);
  for (const Field& field : schema) fmt::print("  {:<32} {}\n", field.name, Describe(field.type));
}

void PrintText(const Options& options, const Plan& plan) {
  const Model& model = plan.model();
  fmt::print(
      "model {}\n  name {}, {}{}\n  {} bytes unpacked, {} stages\n  content sha256 {}\n",
      options.model, model.info().name, FormatName(model),
      model.info().version.empty() ? " model file" : ", written by MLeap " + model.info().version,
      model.bundle_bytes(), model.stages().size(), model.content_hash().Hex());
  PrintColumns("inputs", plan.inputs());
  PrintColumns("outputs", plan.outputs());
  fmt::print("stages\n");
  for (std::size_t i = 0; i < model.stages().size(); ++i) {
    const Stage& stage = model.stages()[i];
    fmt::print("  {:>3} {}  {}\n      {} -> {}\n      {}\n", i, stage.op, stage.path,
               fmt::join(stage.input_columns, ", "), fmt::join(Outputs(stage), ", "),
               Fate(plan, i));
  }
  fmt::print("plan\n  {} steps over {} registers\n", plan.steps().size(), plan.register_count());
  if (!plan.fast_steps().empty()) {
    fmt::print("  {} steps where a row has no nulls or unseen labels\n", plan.fast_steps().size());
  }
}

void WriteNames(std::string_view key, const std::vector<std::string>& names, JsonText& json) {
  json.Key(key);
  json.BeginArray();
  for (const std::string& name : names) {
    json.Element();
    json.String(name);
  }
  json.EndArray();
}

void WriteColumns(std::string_view key, const Schema& schema, JsonText& json) {
  json.Key(key);
  WriteSchemaJson(schema, json);
}

void WriteCount(std::string_view key, std::uint64_t count, JsonText& json) {
  json.Key(key);
  json.Number(static_cast<std::int64_t>(count));
}

void WriteText(std::string_view key, std::string_view text, JsonText& json) {
  json.Key(key);
  json.String(text);
}

void WriteStage(const Plan& plan, std::size_t index, JsonText& json) {
  const Stage& stage = plan.model().stages()[index];
  json.BeginObject();
  WriteText("path", stage.path, json);
  WriteText("name", stage.name, json);
  WriteText("op", stage.op, json);
  WriteNames("inputs", stage.input_columns, json);
  WriteNames("outputs", Outputs(stage), json);
  WriteText("plan", Fate(plan, index), json);
  json.EndObject();
}

void PrintJson(const Plan& plan) {
  const Model& model = plan.model();
  std::string text;
  JsonText json(text, JsonStyle::kPretty);
  json.BeginObject();
  WriteText("name", model.info().name, json);
  WriteText("format", FormatName(model), json);
  WriteText("version", model.info().version, json);
  WriteCount("unpacked_bytes", model.bundle_bytes(), json);
  WriteText("content_sha256", model.content_hash().Hex(), json);
  WriteColumns("inputs", plan.inputs(), json);
  WriteColumns("outputs", plan.outputs(), json);
  json.Key("stages");
  json.BeginArray();
  for (std::size_t i = 0; i < model.stages().size(); ++i) {
    json.Element();
    WriteStage(plan, i, json);
  }
  json.EndArray();
  WriteCount("steps", plan.steps().size(), json);
  WriteCount("fast_steps", plan.fast_steps().size(), json);
  WriteCount("registers", plan.register_count(), json);
  json.EndObject();
  fmt::print("{}\n", text);
}

Result<std::shared_ptr<const Plan>> LoadPlan(const Options& options) {
  PILLION_ASSIGN(const std::shared_ptr<const Model> model,
                 Model::Load(options.model, options.load));
  Model::BindOptions bind;
  if (!options.select.empty()) bind.outputs = options.select;
  return model->Bind(bind);
}

ExitCode Run(const Options& options) {
  const Result<std::shared_ptr<const Plan>> plan = LoadPlan(options);
  if (!plan) return Report(plan.error());
  ReportWarnings((*plan)->model().warnings());
  if (options.as == "json") {
    PrintJson(**plan);
  } else {
    PrintText(options, **plan);
  }
  return ExitCode::kOk;
}

}  // namespace

CommandRun SetUpInspect(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  AddModel(line, options->model);
  AddXgboost(line, options->load);
  line.Add("--as", options->as, "Form of what is shown").OneOf({"text", "json"});
  AddSelect(line, options->select, "Wanted columns: a,b,c");
  line.Footer(
      "Examples:\n"
      "  pillion inspect house.zip\n"
      "  pillion inspect house.zip --select prediction --as json\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
