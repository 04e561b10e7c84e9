// What the program leaves to the package `pillion` for Python, which is asked for by the same
// command with the same options: python/pillion/__main__.py.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sidecar/commands/exit_code.h"

namespace pillion {

// Whether the file begins as a Parquet or Arrow file, or an Arrow stream. False for what is none,
// or cannot be read: whoever reads it says so.
bool IsColumnarFile(const std::string& path);

// Whether this is a form that Python alone reads and writes: "parquet", "arrow".
bool IsColumnarForm(std::string_view form) noexcept;

// Runs `python3 -m pillion ARGUMENTS` in place of this process: PILLION_PYTHON's, or else the one
// in PATH. Returns only where that cannot be: kUnavailable after a message, in which `what` is done
// by Python, and `packages` are what it takes.
ExitCode HandToPython(const std::vector<std::string>& arguments, std::string_view what,
                      std::string_view packages);

}  // namespace pillion
