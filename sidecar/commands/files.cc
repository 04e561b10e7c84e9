#include "sidecar/commands/files.h"

#include <cerrno>
#include <cstring>
#include <iostream>

namespace pillion {
namespace {

Result<std::string> ReadAll(std::istream& in, const std::string& name) {
  std::string bytes;
  constexpr std::size_t kPieceBytes = 1 << 20;
  while (in && bytes.size() <= kInputBytesMax) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPieceBytes);
    in.read(bytes.data() + before, kPieceBytes);
    bytes.resize(before + static_cast<std::size_t>(in.gcount()));
  }
  if (bytes.size() > kInputBytesMax) {
    return Fail(LoadCode::kOverLimit, name,
                "more than the limit of " + std::to_string(kInputBytesMax) + " bytes");
  }
  if (in.bad()) return Fail(LoadCode::kNotFound, name, std::strerror(errno));
  return bytes;
}

}  // namespace

Result<std::string> ReadInput(const std::string& path) {
  if (path == "-") return ReadAll(std::cin, "standard input");
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(LoadCode::kNotFound, path, std::strerror(errno));
  return ReadAll(file, path);
}

Output::Output(const std::string& path) : path_(path) {
  if (!path.empty()) file_.open(path, std::ios::binary);
}

std::ostream& Output::stream() { return path_.empty() ? std::cout : file_; }

ExitCode Output::Finish() {
  stream().flush();
  if (stream()) return ExitCode::kOk;
  std::cerr << "pillion: " << (path_.empty() ? "standard output" : path_)
            << ": cannot be written\n";
  return ExitCode::kIo;
}

void Report(const Problem& problem) {
  std::cerr << "pillion: " << problem.where << ": " << problem.what << '\n';
}

ExitCode Report(const LoadError& error) {
  for (const Problem& problem : error.problems) Report(problem);
  return ExitCodeOf(error);
}

}  // namespace pillion
