#include "sidecar/bench/own_server.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "sidecar/transport/server.h"

namespace pillion::bench {
namespace {

[[noreturn]] void Serve(const std::string& socket_path, Scorer* scorer, SpinMode spin) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  TransportOptions options;
  options.socket_path = socket_path;
  options.spin = spin;
  auto server = Server::Create(options, scorer);
  if (!server) {
    std::cerr << "pillion bench: " << server.error() << '\n';
    _exit(1);
  }
  (*server)->Run();
  _exit(0);
}

}  // namespace

OwnServer::OwnServer(std::unique_ptr<Scorer> scorer, SpinMode spin) {
  directory_ = (std::filesystem::temp_directory_path() / "pillion-bench-XXXXXX").string();
  if (mkdtemp(directory_.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), directory_);
  }
  socket_path_ = directory_ + "/pillion.sock";
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) Serve(socket_path_, scorer.get(), spin);
  WaitUntilItListens();
}

void OwnServer::WaitUntilItListens() const {
  for (int tries = 0; tries < 2000; ++tries) {
    if (std::filesystem::exists(socket_path_)) return;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("the bench's own server did not start");
}

OwnServer::~OwnServer() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

}  // namespace pillion::bench
