#include "sidecar/commands/options.h"

#include <CLI/CLI.hpp>

namespace pillion {

void AddModel(CLI::App& app, std::string& model) {
  app.add_option("MODEL", model, "Bundle: a zip or a directory")->required();
}

void AddSelect(CLI::App& app, std::vector<std::string>& select, const char* meaning) {
  // Without extra arguments, so that what follows "a,b,c" is not taken for a column.
  app.add_option("--select", select, meaning)->delimiter(',')->allow_extra_args(false);
}

}  // namespace pillion
