// pillion ctl: asks a running sidecar, and tells it which models to serve.
#include <iostream>
#include <memory>
#include <string>

#include "sidecar/commands/ask_sidecar.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/run_dir.h"

namespace pillion {
namespace {

struct Options {
  Asked asked;
  std::string label;
  std::string run_dir = kDefaultRunDir;
  double wait_s = 0;
};

ExitCode ExitCodeOf(pillion_code code) {
  switch (code) {
    case PILLION_MALFORMED: return ExitCode::kUsage;
    case PILLION_UNKNOWN_MODEL: return ExitCode::kNoInput;
    case PILLION_REFUSED: return ExitCode::kData;
    default: return ExitCode::kUnavailable;
  }
}

ExitCode Run(const Options& options) {
  Asked asked = options.asked;
  if (!options.label.empty()) asked.arguments.push_back(options.label);
  const SidecarAnswer answer = AskSidecarFor(options.wait_s, options.run_dir, asked);
  if (answer.code != PILLION_OK) {
    std::cerr << "pillion ctl: " << answer.socket << ": " << answer.text << '\n';
    return ExitCodeOf(answer.code);
  }
  std::cout << answer.text << '\n';
  return ExitCode::kOk;
}

}  // namespace

CommandRun SetUpCtl(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("QUESTION", options->asked.question,
           "ready: every model answers; status: counters; models: what is served; versions [NAME]; "
           "load [NAME[@VERSION]=]PATH; promote NAME@VERSION; rollback NAME; unload NAME[@VERSION]")
      .Required()
      .OneOf({"ready", "status", "models", "versions", "load", "promote", "rollback", "unload"});
  line.Add("WHAT", options->asked.arguments, "A model, as the question wants it").DefaultIs("none");
  line.Add("--label", options->label,
           "load, promote: leave NAME as it is, and let NAME:LABEL be this version")
      .DefaultIs("none");
  line.Add("--run-dir", options->run_dir, "Directory of the sidecar's sockets")
      .Env("PILLION_RUN_DIR");
  line.Add("--wait", options->wait_s, "Seconds to go on asking, where it changes nothing")
      .Between(0.0, 3600.0);
  line.Footer(
      "Prints the answer as JSON. 69 if no sidecar answers, which is what probes look at; 65 if "
      "it\n"
      "refuses, 66 if it knows no such model. All but ready, status and models are for the user "
      "of\n"
      "the sidecar and root: docs/models.md.\n"
      "\n"
      "Examples:\n"
      "  pillion ctl ready --run-dir /tmp/pillion --wait 5\n"
      "  pillion ctl status --run-dir /tmp/pillion\n"
      "  pillion ctl load house@2=house-rf.zip --run-dir /tmp/pillion\n"
      "  pillion ctl versions house --run-dir /tmp/pillion\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
