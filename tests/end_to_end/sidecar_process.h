// A sidecar in a process of its own, as a user starts it, and commands beside it.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/paths.h"

namespace pillion {

inline std::string Program() { return BinaryDir() + "/bin/pillion"; }

struct Ended {
  int code = -1;
  std::string out;  // standard output; standard error too where the command says so
};

inline Ended Shell(const std::string& command) {
  Ended ended;
  std::FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) ended.out += buffer.data();
  const int status = pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

inline Ended Execute(const std::string& arguments) { return Shell(Program() + " " + arguments); }

class Sidecar {
 public:
  // `arguments` follow `serve --run-dir DIR`; `prepare` runs in the new process before it. An empty
  // `run_dir` is one of its own.
  explicit Sidecar(const std::vector<std::string>& arguments, std::filesystem::path run_dir = {},
                   const std::function<void()>& prepare = {})
      : run_dir_(std::move(run_dir)) {
    std::string name = (std::filesystem::temp_directory_path() / "pillion-e2e-XXXXXX").string();
    own_dir_ = mkdtemp(name.data());
    if (run_dir_.empty()) run_dir_ = own_dir_ / "run";
    std::vector<std::string> words = {Program(), "serve", "--run-dir", run_dir_};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::string log = own_dir_ / "stderr";
    pid_ = fork();
    if (pid_ == 0) {
      dup2(open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
      if (prepare) prepare();
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    first_pid_ = pid_;
  }
  ~Sidecar() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(own_dir_);
  }
  Sidecar(const Sidecar&) = delete;
  Sidecar& operator=(const Sidecar&) = delete;

  const std::filesystem::path& run_dir() const { return run_dir_; }
  std::filesystem::path socket() const { return run_dir_ / "pillion.sock"; }
  pid_t pid() const { return pid_; }  // -1 once it has ended
  pid_t first_pid() const { return first_pid_; }
  std::string Url(const std::string& transport) const {
    return transport + ":" + socket().string();
  }
  Ended Ctl(const std::string& question) const {
    return Execute("ctl " + question + " --run-dir " + run_dir_.string() + " --wait 60 2>&1");
  }
  void Send(int signal) const { kill(pid_, signal); }
  // What it wrote to standard error so far.
  std::string Log() const {
    std::ifstream file(own_dir_ / "stderr");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  bool Running() {
    if (pid_ <= 0) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
    pid_ = -1;
    ended_ = status;
    return false;
  }
  // The exit code, or -1 for a signal.
  int Wait() {
    while (Running()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return ended_ && WIFEXITED(*ended_) ? WEXITSTATUS(*ended_) : -1;
  }

 private:
  std::filesystem::path own_dir_;
  std::filesystem::path run_dir_;
  pid_t pid_ = -1;
  pid_t first_pid_ = -1;
  std::optional<int> ended_;
};

}  // namespace pillion
