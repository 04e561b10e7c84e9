#include "sidecar/commands/files.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <random>

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

constexpr int kEndings[] = {SIGHUP, SIGINT, SIGTERM};

// What a signal that ends the process removes before.
char removed_by_signal[PATH_MAX];

void RemoveAndEnd(int signal) {
  unlink(removed_by_signal);
  raise(signal);  // its handler is reset; it comes when this one returns
}

// Of signals that are ignored, as below nohup, none ends the process.
void RemoveOnSignal(const std::string& path) {
  if (path.size() >= sizeof(removed_by_signal)) return;
  path.copy(removed_by_signal, path.size());
  removed_by_signal[path.size()] = 0;
  for (const int signal : kEndings) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_DFL) continue;
    action.sa_handler = RemoveAndEnd;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}

void ForgetFile() {
  for (const int signal : kEndings) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler == RemoveAndEnd) std::signal(signal, SIG_DFL);
  }
}

class SignalsLater {
 public:
  SignalsLater() {
    sigset_t endings;
    sigemptyset(&endings);
    for (const int signal : kEndings) sigaddset(&endings, signal);
    pthread_sigmask(SIG_BLOCK, &endings, &before_);
  }
  ~SignalsLater() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsLater(const SignalsLater&) = delete;
  SignalsLater& operator=(const SignalsLater&) = delete;

 private:
  sigset_t before_{};
};

std::string PathOf(const UniqueFd& file) { return "/proc/self/fd/" + std::to_string(file.get()); }

// Tries names of the form of `pattern`, as mkstemp() does, until one is free.
bool GiveName(const UniqueFd& nameless, std::string* pattern) {
  std::random_device random;
  const std::string stem = pattern->substr(0, pattern->size() - 6);
  do {
    *pattern = stem + std::to_string(100'000 + random() % 900'000);
    if (linkat(AT_FDCWD, PathOf(nameless).c_str(), AT_FDCWD, pattern->c_str(), AT_SYMLINK_FOLLOW) ==
        0) {
      return true;
    }
  } while (errno == EEXIST);
  return false;
}

UniqueFd CreateBeside(std::string pattern, std::string* path) {
  const SignalsLater later;  // between the file and the name to remove
  UniqueFd file(mkostemp(pattern.data(), O_CLOEXEC));
  if (file) {
    *path = pattern;
    RemoveOnSignal(pattern);
  }
  return file;
}

}  // namespace

Result<std::string> ReadInput(const std::string& path) {
  if (path == "-") return ReadAll(std::cin, "standard input");
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(LoadCode::kNotFound, path, std::strerror(errno));
  return ReadAll(file, path);
}

Output::~Output() {
  ForgetFile();
  if (!beside_.empty() && !nameless_) unlink(beside_.c_str());
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
  const std::string directory = target.has_parent_path() ? target.parent_path().string() : ".";
  const std::string pattern = directory + "/." + target.filename().string() + ".XXXXXX";
  UniqueFd named;
  if (OpenNameless(directory)) {
    beside_ = pattern;
  } else if (named = CreateBeside(pattern, &beside_); !named) {
    return Fail(errno);
  }
  const int descriptor = nameless_ ? nameless_.get() : named.get();
  const mode_t mask = umask(0);
  umask(mask);
  const mode_t mode = exists ? status.st_mode & 07777 : 0666 & ~mask;
  const bool owned = !exists || status.st_uid != geteuid() ||
                     fchown(descriptor, status.st_uid, status.st_gid) == 0 || errno == EPERM;
  const bool ready = owned && fchmod(descriptor, mode) == 0;
  if (!ready) return Fail(errno);
  file_.open(nameless_ ? PathOf(nameless_) : beside_, std::ios::binary);
  return file_ ? ExitCode::kOk : Fail(errno);
}

// Not every file system has such files, and not every system a /proc to write and name them by.
bool Output::OpenNameless(const std::string& directory) {
  nameless_.Reset(open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (nameless_ && access(PathOf(nameless_).c_str(), W_OK) != 0) nameless_.Reset();
  return static_cast<bool>(nameless_);
}

std::ostream& Output::stream() { return ToStandardOutput() ? std::cout : file_; }

bool Output::ToTerminal() const { return ToStandardOutput() && isatty(STDOUT_FILENO) != 0; }

ExitCode Output::Flush() {
  errno = 0;
  stream().flush();
  return stream() ? ExitCode::kOk : Fail(errno);
}

ExitCode Output::Commit() {
  if (Flush() != ExitCode::kOk) return ExitCode::kIo;
  if (beside_.empty()) return ExitCode::kOk;
  file_.close();
  if (!file_) return Fail(errno);
  const SignalsLater later;  // between the name and the place
  if (nameless_ && !GiveName(nameless_, &beside_)) return Fail(errno);
  nameless_.Reset();
  if (std::rename(beside_.c_str(), target_.c_str()) != 0) return Fail(errno);
  ForgetFile();
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
