// A command of `pillion`. main.cc has the table; each command is one file.
#pragma once

#include <functional>

#include "sidecar/commands/exit_code.h"

namespace CLI {
class App;
}

namespace pillion {

// Runs a command after its options were parsed. Data goes to standard output, messages to standard
// error.
using CommandRun = std::function<ExitCode()>;

// Add a command's options and examples to `app`, which must outlive what they return.
CommandRun SetUpScore(CLI::App& app);
CommandRun SetUpInspect(CLI::App& app);
CommandRun SetUpSchema(CLI::App& app);
CommandRun SetUpValidate(CLI::App& app);
CommandRun SetUpOps(CLI::App& app);
CommandRun SetUpServe(CLI::App& app);
CommandRun SetUpBench(CLI::App& app);
CommandRun SetUpCtl(CLI::App& app);

}  // namespace pillion
