// Another run of this program. Killed when the object dies.
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pillion {

class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "chaos");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    if (posix_spawn(&pid_, "/proc/self/exe", nullptr, nullptr, pointers.data(), environ) != 0) {
      throw std::runtime_error("posix_spawn");
    }
  }
  ~Process() { Kill(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const { kill(pid_, signal); }
  void Kill() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    Wait();
  }
  // Until it has ended by itself.
  void Wait() { waitpid(std::exchange(pid_, 0), nullptr, 0); }

 private:
  pid_t pid_ = 0;
};

}  // namespace pillion
