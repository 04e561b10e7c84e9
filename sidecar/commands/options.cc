#include "sidecar/commands/options.h"

#include <CLI/CLI.hpp>

#include "engine/load_options.h"

namespace pillion {

void AddModel(CLI::App& app, std::string& model) {
  app.add_option("MODEL", model, "Bundle: a zip or a directory")->required();
}

void AddXgboostRuntime(CLI::App& app, LoadOptions& options) {
  const auto set = [&options](const std::string& name) {
    options.xgboost_runtime =
        name == "predictor" ? XgboostRuntime::kPredictor : XgboostRuntime::kNative;
  };
  app.add_option_function<std::string>(
         "--xgboost", set,
         "XGBoost models as MLeap scores them with the library (native, default) or with its "
         "pure-Java predictor (predictor)")
      ->check(CLI::IsMember({"native", "predictor"}))
      ->envname("PILLION_XGBOOST_RUNTIME");
}

void AddSelect(CLI::App& app, std::vector<std::string>& select, const char* meaning) {
  // Without extra arguments, so that what follows "a,b,c" is not taken for a column.
  app.add_option("--select", select, meaning)->delimiter(',')->allow_extra_args(false);
}

}  // namespace pillion
