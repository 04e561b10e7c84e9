// pillion schema: the columns of rows and answers, as a FlatBuffers schema or as leap frame types.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "engine/model.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/fbs_text.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"
#include "sidecar/serving/score_request.h"
#include "sidecar/table/json_text.h"
#include "sidecar/table/leap_schema.h"

namespace pillion {
namespace {

struct Options {
  std::string model;
  LoadOptions load;
  std::string as = "fbs";
  std::vector<std::string> select;
};

void PrintJson(const Plan& plan) {
  std::string text;
  JsonText json(text, JsonStyle::kPretty);
  json.BeginObject();
  json.Key("inputs");
  WriteSchemaJson(plan.inputs(), json);
  json.Key("outputs");
  WriteSchemaJson(plan.outputs(), json);
  json.EndObject();
  std::cout << text << '\n';
}

ExitCode Run(const Options& options) {
  const Result<std::shared_ptr<const Model>> model = Model::Load(options.model, options.load);
  if (!model) return Report(model.error());
  Model::BindOptions bind;
  if (!options.select.empty()) bind.outputs = options.select;
  const Result<std::shared_ptr<const Plan>> plan = (*model)->Bind(bind);
  if (!plan) return Report(plan.error());
  if (options.as == "json") {
    PrintJson(**plan);
  } else {
    const Result<ModelBinding> binding = ModelBinding::Make(*plan);
    if (!binding) return Report(binding.error());
    std::cout << ToFbs((*plan)->inputs(), (*plan)->outputs(), (*model)->info().name);
  }
  std::cout.flush();
  return ExitCode::kOk;
}

}  // namespace

CommandRun SetUpSchema(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  AddModel(line, options->model);
  AddXgboost(line, options->load);
  line.Add("--as", options->as, "Form of the schema; fbs is FlatBuffers'").OneOf({"fbs", "json"});
  AddSelect(line, options->select, "Wanted columns: a,b,c");
  line.Footer(
      "Examples:\n"
      "  pillion schema house.zip --select prediction > house.fbs && flatc --go house.fbs\n"
      "  pillion schema house.zip --as json\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
