// pillion wait: holds a program back until the sidecar beside it is ready, where nothing else
// orders their starts.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/commands/ask_sidecar.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/run_dir.h"

namespace pillion {
namespace {

struct Options {
  std::vector<std::string> command;
  std::string run_dir = kDefaultRunDir;
  double timeout_s = 30;
};

// Returns only where it cannot be run.
ExitCode Become(std::vector<std::string> command) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  const int error = errno;
  std::cerr << "pillion wait: " << command[0] << ": " << std::strerror(error) << '\n';
  return error == ENOENT ? ExitCode::kNoCommand : ExitCode::kCommandNotRun;
}

ExitCode Run(const Options& options) {
  const SidecarAnswer answer = AskSidecarFor(options.timeout_s, options.run_dir, {"ready"});
  if (answer.code == PILLION_OK) return Become(options.command);
  std::cerr << "pillion wait: " << answer.socket << ": not ready after " << options.timeout_s
            << " s: " << answer.text << '\n';
  return ExitCode::kUnavailable;
}

}  // namespace

CommandRun SetUpWait(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("COMMAND", options->command, "The program to run, and its arguments, behind --")
      .Required();
  line.Add("--run-dir", options->run_dir, "Directory of the sidecar's sockets")
      .Env("PILLION_RUN_DIR");
  line.Add("--timeout", options->timeout_s, "Seconds after which it gives up")
      .Between(0.0, 86400.0);
  line.Footer(
      "Becomes COMMAND once every model of the sidecar answers. 69 if that takes too long, 127 if\n"
      "there is no such program, 126 if it cannot be run. For pods of Kubernetes before 1.29, "
      "whose\n"
      "containers start together: deploy/README.md.\n"
      "\n"
      "Examples:\n"
      "  pillion wait --run-dir /tmp/pillion -- echo ready\n"
      "  pillion wait --run-dir /tmp/pillion --timeout 60 -- sh -c 'echo ready'\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
