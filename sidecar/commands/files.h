// What commands do with files and standard streams: read all of an input, write an output, say what
// went wrong.
#pragma once

#include <fstream>
#include <ostream>
#include <string>

#include "engine/load_error.h"
#include "sidecar/commands/exit_code.h"

namespace pillion {

// An input is read whole; more than this is refused.
inline constexpr std::size_t kInputBytesMax = std::size_t{2} << 30;

// The bytes of the file, or of standard input for "-".
Result<std::string> ReadInput(const std::string& path);

// A file, or standard output for an empty path.
class Output {
 public:
  explicit Output(const std::string& path);

  std::ostream& stream();
  // Writes what is buffered. kIo, after a message, if anything could not be written.
  ExitCode Finish();

 private:
  std::string path_;
  std::ofstream file_;
};

// A line a problem to standard error, and the code that stands for it.
ExitCode Report(const LoadError& error);
void Report(const Problem& problem);

}  // namespace pillion
