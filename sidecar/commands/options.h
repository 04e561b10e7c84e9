// Options that several commands share.
#pragma once

#include <string>
#include <vector>

namespace pillion {

class CommandLine;
struct LoadOptions;

// MODEL, a bundle on disk.
void AddModel(CommandLine& line, std::string& model);
// --xgboost native|predictor, --xgboost-missing as-mleap|as-trained.
void AddXgboost(CommandLine& line, LoadOptions& options);
// --select a,b,c. `meaning` is its help.
void AddSelect(CommandLine& line, std::vector<std::string>& select, const char* meaning);

}  // namespace pillion
