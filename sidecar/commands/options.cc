#include "sidecar/commands/options.h"

#include "engine/load_options.h"
#include "sidecar/commands/command_line.h"

namespace pillion {

void AddModel(CommandLine& line, std::string& model) {
  line.Add("MODEL", model, "Bundle: a zip, a directory, or a file: or jar:file: URI").Required();
}

void AddXgboost(CommandLine& line, LoadOptions& options) {
  line.AddChoice(
          "--xgboost", options.xgboost_runtime,
          "XGBoost models as MLeap scores them with the library, or with its pure-Java predictor",
          {{"native", XgboostRuntime::kNative}, {"predictor", XgboostRuntime::kPredictor}})
      .Env("PILLION_XGBOOST_RUNTIME")
      .Key("xgboost.runtime");
  line.AddChoice(
          "--xgboost-missing", options.xgboost_missing,
          "A feature that equals what stood for a missing value in an XGBoost model's "
          "training is a number, or is missing as in Spark",
          {{"as-mleap", XgboostMissing::kAsMleap}, {"as-trained", XgboostMissing::kAsTrained}})
      .Env("PILLION_XGBOOST_MISSING")
      .Key("xgboost.missing");
}

void AddSelect(CommandLine& line, std::vector<std::string>& select, const char* meaning) {
  line.Add("--select", select, meaning).CommaSeparated().DefaultIs("all that are made");
}

}  // namespace pillion
