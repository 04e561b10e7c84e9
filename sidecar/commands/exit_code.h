// How `pillion` ends: the codes of sysexits.h that it uses.
#pragma once

#include "base/load_error.h"

namespace pillion {

enum class ExitCode : int {
  kOk = 0,
  kFindings = 1,      // done, but not all was well: see standard error
  kUsage = 64,        // the command line
  kData = 65,         // a bundle or a row
  kNoInput = 66,      // a file or a model that is not there
  kUnavailable = 69,  // no server, or nothing else that it takes
  kInternal = 70,     // a bug in Pillion
  kNoMemory = 71,
  kIo = 74,  // output that could not be written
  kConfig = 78,
  kCommandNotRun = 126,  // of `pillion wait`, as shells have it
  kNoCommand = 127,
};

inline ExitCode ExitCodeOf(const LoadError& error) {
  return error.problems.front().code == LoadCode::kNotFound ? ExitCode::kNoInput : ExitCode::kData;
}

}  // namespace pillion
