#include "sidecar/commands/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
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

Output::~Output() {
  if (!beside_.empty()) unlink(beside_.c_str());
}

ExitCode Output::Fail(int error) {
  std::cerr << "pillion: " << (ToStandardOutput() ? "standard output" : path_)
            << ": cannot be written" << (error != 0 ? std::string(": ") + std::strerror(error) : "")
            << '\n';
  return ExitCode::kIo;
}

ExitCode Output::Open() {
  if (ToStandardOutput()) return ExitCode::kOk;
  struct stat status {};
  const bool exists = stat(path_.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) return Fail(errno);
  const bool is_device = path_.starts_with("/dev/") || path_.starts_with("/proc/");
  if (is_device || (exists && !S_ISREG(status.st_mode))) {
    file_.open(path_, std::ios::binary);
    return file_ ? ExitCode::kOk : Fail(errno);
  }
  if (exists && access(path_.c_str(), W_OK) != 0) return Fail(errno);
  std::error_code failure;
  target_ = exists ? std::filesystem::canonical(path_, failure).string() : path_;
  if (failure) return Fail(failure.value());
  const std::filesystem::path target(target_);
  std::string pattern = target.parent_path() / ("." + target.filename().string() + ".XXXXXX");
  const int descriptor = mkstemp(pattern.data());
  if (descriptor < 0) return Fail(errno);
  beside_ = pattern;
  const mode_t mask = umask(0);
  umask(mask);
  const mode_t mode = exists ? status.st_mode & 07777 : 0666 & ~mask;
  const bool owned = !exists || status.st_uid != geteuid() ||
                     fchown(descriptor, status.st_uid, status.st_gid) == 0 || errno == EPERM;
  const bool ready = owned && fchmod(descriptor, mode) == 0;
  const int error = errno;
  close(descriptor);
  if (!ready) return Fail(error);
  file_.open(beside_, std::ios::binary);
  return file_ ? ExitCode::kOk : Fail(errno);
}

std::ostream& Output::stream() { return ToStandardOutput() ? std::cout : file_; }

ExitCode Output::Flush() {
  errno = 0;
  stream().flush();
  return stream() ? ExitCode::kOk : Fail(errno);
}

ExitCode Output::Commit() {
  if (Flush() != ExitCode::kOk) return ExitCode::kIo;
  if (beside_.empty()) return ExitCode::kOk;
  file_.close();
  if (!file_ || std::rename(beside_.c_str(), target_.c_str()) != 0) return Fail(errno);
  beside_.clear();
  return ExitCode::kOk;
}

void Report(const Problem& problem) {
  std::cerr << "pillion: " << problem.where << ": " << problem.what << '\n';
}

void ReportWarnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    std::cerr << "pillion: warning: " << warning << '\n';
  }
}

ExitCode Report(const LoadError& error) {
  for (const Problem& problem : error.problems) Report(problem);
  return ExitCodeOf(error);
}

}  // namespace pillion
