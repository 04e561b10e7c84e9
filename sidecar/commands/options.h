// Options that several commands share.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace pillion {

struct LoadOptions;

// MODEL, a bundle on disk.
void AddModel(CLI::App& app, std::string& model);
// --xgboost native|predictor.
void AddXgboostRuntime(CLI::App& app, LoadOptions& options);
// --select a,b,c. `meaning` is its help.
void AddSelect(CLI::App& app, std::vector<std::string>& select, const char* meaning);

}  // namespace pillion
