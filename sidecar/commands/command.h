// A command of `pillion`. main.cc has the table; each command is one file.
#pragma once

#include "sidecar/commands/command_line.h"

namespace pillion {

// Add a command's options and examples to `line`.
CommandRun SetUpScore(CommandLine& line);
CommandRun SetUpInspect(CommandLine& line);
CommandRun SetUpSchema(CommandLine& line);
CommandRun SetUpValidate(CommandLine& line);
CommandRun SetUpParity(CommandLine& line);
CommandRun SetUpCertify(CommandLine& line);
CommandRun SetUpDiff(CommandLine& line);
CommandRun SetUpExport(CommandLine& line);
CommandRun SetUpOps(CommandLine& line);
CommandRun SetUpServe(CommandLine& line);
CommandRun SetUpBench(CommandLine& line);
CommandRun SetUpCtl(CommandLine& line);
CommandRun SetUpTop(CommandLine& line);
CommandRun SetUpWait(CommandLine& line);

}  // namespace pillion
