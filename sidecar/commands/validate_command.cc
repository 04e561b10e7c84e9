// pillion validate: all that would be refused, at once.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/model.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"
#include "sidecar/serving/score_request.h"

namespace pillion {
namespace {

struct Options {
  std::vector<std::string> paths;
  LoadOptions load;
};

Result<std::shared_ptr<const Model>> Validate(const std::string& path, const LoadOptions& load) {
  PILLION_ASSIGN(std::shared_ptr<const Model> model, Model::Load(path, load));
  std::shared_ptr<const Plan> plan;
  PILLION_ASSIGN(plan, model->Bind({}));
  if (auto binding = ModelBinding::Make(std::move(plan)); !binding) {
    return tl::unexpected(std::move(binding).error().In(path));
  }
  return model;
}

ExitCode Run(const Options& options) {
  ExitCode code = ExitCode::kOk;
  for (const std::string& path : options.paths) {
    const Result<std::shared_ptr<const Model>> valid = Validate(path, options.load);
    if (valid) {
      ReportWarnings((*valid)->warnings());
      std::cout << path << ": ok, content sha256 " << (*valid)->content_hash().Hex() << '\n';
      continue;
    }
    std::cout << valid.error().Text() << '\n';  // what was asked for, so it is data
    if (code != ExitCode::kData) code = ExitCodeOf(valid.error());
  }
  std::cout.flush();
  return code;
}

}  // namespace

CommandRun SetUpValidate(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("MODEL", options->paths, "Bundles: zips or directories").Required();
  AddXgboost(line, options->load);
  line.Footer(
      "Prints one line a problem: bundle, place, what was found and expected. For a bundle "
      "without\n"
      "one 'ok' and the SHA-256 of its content, the same for zip and directory. Exit code 65 if\n"
      "there is a problem, 66 if all that is wrong is that a bundle is not there, 0 if all would\n"
      "be served.\n"
      "\n"
      "Examples:\n"
      "  pillion validate house.zip\n"
      "  pillion validate models/*.zip\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
