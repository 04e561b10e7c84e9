// pillion parity: what golden rows say of a model.
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/model.h"
#include "sidecar/certificate/certificate.h"
#include "sidecar/commands/certificate_text.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"

namespace pillion {
namespace {

struct Options {
  std::string model;
  std::string golden;
  LoadOptions load;
  std::string as = "text";
};

Result<GoldenRows> GoldenRowsOf(const Options& options, const Model& model) {
  if (!options.golden.empty()) {
    std::string text;
    PILLION_ASSIGN(text, ReadInput(options.golden));
    return ReadGoldenRows(options.golden, text, model);
  }
  std::optional<GoldenRows> golden;
  PILLION_ASSIGN(golden, FindGoldenRows(options.model, model));
  if (golden) return *std::move(golden);
  return Fail(LoadCode::kNotFound, options.model,
              "has no golden rows, neither in it nor beside it; name some with --golden, or write "
              "them with pillion certify");
}

Result<Certificate> CertifyModel(const Options& options) {
  std::shared_ptr<const Model> model;
  PILLION_ASSIGN(model, Model::Load(options.model, options.load));
  ReportWarnings(model->warnings());
  GoldenRows golden;
  PILLION_ASSIGN(golden, GoldenRowsOf(options, *model));
  return Certify(std::move(model), golden);
}

ExitCode Run(const Options& options) {
  const Result<Certificate> certificate = CertifyModel(options);
  if (!certificate) return Report(certificate.error());
  std::cout << (options.as == "json" ? CertificateJson(*certificate)
                                     : CertificateText(*certificate));
  return certificate->Holds() ? ExitCode::kOk : ExitCode::kFindings;
}

}  // namespace

CommandRun SetUpParity(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  AddModel(line, options->model);
  line.Add("--golden", options->golden, "File of golden rows, or - for standard input")
      .DefaultIs("the bundle's golden.json, or the one beside it");
  line.Add("--as", options->as, "Form of the report").OneOf({"text", "json"});
  AddXgboost(line, options->load);
  line.Footer(
      "Scores the rows and compares, column by column: how many answers are equal to the last "
      "bit,\n"
      "how many units in the last place (ulps) the furthest one is off, and the first that is off\n"
      "further than its column allows. Exit code 0 if none is, 1 otherwise. A sidecar does the "
      "same\n"
      "before it publishes a version: docs/certificate.md.\n"
      "\n"
      "Examples:\n"
      "  pillion parity house.zip\n"
      "  pillion parity house.zip --golden house.golden.json --as json\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
