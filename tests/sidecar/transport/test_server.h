// A server with the echo scorer on a socket of its own, in this process.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "sidecar/serving/echo_scorer.h"
#include "sidecar/transport/server.h"
#include "tests/support/temporary_directory.h"

namespace pillion {

class TemporaryDirectory : public testing::TemporaryDirectory {
 public:
  std::string socket() const { return path() / "pillion.sock"; }
};

class TestServer {
 public:
  explicit TestServer(TransportOptions options = {}, Scorer* scorer = nullptr,
                      EventLog& log = EventLog::Silent()) {
    if (options.socket_path.empty()) options.socket_path = directory_.socket();
    path_ = options.socket_path;
    auto server = Server::Create(std::move(options), scorer == nullptr ? &echo_ : scorer, log);
    if (!server) throw std::runtime_error(server.error());
    server_ = std::move(*server);
    thread_ = std::thread([this] { server_->Run(); });
  }
  ~TestServer() { Stop(); }

  // Drains, and waits for the end.
  void Stop() {
    if (!thread_.joinable()) return;
    server_->StartDraining();
    thread_.join();
    server_.reset();
  }

  const std::string& path() const { return path_; }
  Server& server() { return *server_; }

 private:
  TemporaryDirectory directory_;
  EchoScorer echo_;
  std::string path_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace pillion
