#include "sidecar/commands/options.h"

#include "engine/load_options.h"
#include "sidecar/commands/command_line.h"

namespace pillion {

void AddModel(CommandLine& line, std::string& model) {
  line.Add("MODEL", model, "Bundle: a zip or a directory").Required();
}

void AddXgboostRuntime(CommandLine& line, LoadOptions& options) {
  line.AddChoice(
          "--xgboost", options.xgboost_runtime,
          "XGBoost models as MLeap scores them with the library, or with its pure-Java predictor",
          {{"native", XgboostRuntime::kNative}, {"predictor", XgboostRuntime::kPredictor}})
      .Env("PILLION_XGBOOST_RUNTIME");
}

void AddSelect(CommandLine& line, std::vector<std::string>& select, const char* meaning) {
  line.Add("--select", select, meaning).CommaSeparated().DefaultIs("all that are made");
}

}  // namespace pillion
