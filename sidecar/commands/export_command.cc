// pillion export: bundles of what trainers saved, by the Python package.
#include <memory>
#include <string>

#include "sidecar/commands/command.h"
#include "sidecar/commands/python_handover.h"

namespace pillion {
namespace {

struct Options {
  std::string trainer;
  std::string directory;
  std::string output;
};

}  // namespace

CommandRun SetUpExport(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("TRAINER", options->trainer, "What saved the model").OneOf({"spark"}).Required();
  line.Add("DIR", options->directory, "What PipelineModel.save or model.save wrote").Required();
  line.Add("-o,--output", options->output, "The bundle, a zip; replaced when all is done")
      .Required();
  line.Footer(
      "Reads the directory itself, without Spark or a JVM, by the packages pillion and pyarrow of\n"
      "the python3 in PATH, or of the one that PILLION_PYTHON names. Whatever cannot be carried\n"
      "exactly is named, all of it at once, and no file is written. Models of scikit-learn,\n"
      "XGBoost and LightGBM are exported in Python, where they are fitted.\n");
  return [options] {
    return HandToPython({"export", options->trainer, options->directory, "-o", options->output},
                        "models are exported", "pyarrow pillion");
  };
}

}  // namespace pillion
