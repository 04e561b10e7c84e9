// What commands do with files and standard streams: read all of an input, write an output, say what
// went wrong.
#pragma once

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "base/unique_fd.h"
#include "sidecar/commands/exit_code.h"

namespace pillion {

// An input that is read whole may have so many bytes.
inline constexpr std::size_t kInputBytesMax = std::size_t{2} << 30;

// The bytes of the file, or of standard input for "-".
Result<std::string> ReadInput(const std::string& path);

// A file, or standard output for "" and "-". What is written to a file has no name, or where the
// file system needs one, a hidden one beside it, until Commit() puts it in its place: a run that
// fails or is ended by a signal leaves the old file as it was and no other, and the input may be
// the output. Devices and pipes are written straight. One at a time in a process.
class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)) {}
  ~Output();  // without Commit(): leaves no trace
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Before anything else. kIo, after a message, if the file cannot be written.
  ExitCode Open();
  std::ostream& stream();
  bool ToTerminal() const;
  // Writes what is buffered. kIo, after a message, if anything could not be written.
  ExitCode Flush();
  // The same, and puts the file in its place.
  ExitCode Commit();

 private:
  bool ToStandardOutput() const { return path_.empty() || path_ == "-"; }
  ExitCode Fail(int error);
  bool OpenNameless(const std::string& directory);

  std::string path_;
  std::string target_;  // `path_` without links; empty: written straight
  std::string beside_;  // where the bytes are, or will be; empty: in place
  UniqueFd nameless_;   // the file, while it has no name
  std::ofstream file_;
};

// A line a problem to standard error, and the code that stands for it.
ExitCode Report(const LoadError& error);
void Report(const Problem& problem);
// A line a warning to standard error.
void ReportWarnings(const std::vector<std::string>& warnings);

}  // namespace pillion
