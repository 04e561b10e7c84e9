// An HTTP server with its control thread, and one to talk to it in raw bytes.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sidecar/http/dialects.h"
#include "sidecar/http/http_server.h"
#include "sidecar/models/model_registry.h"
#include "sidecar/models/served_models.h"
#include "tests/support/paths.h"
#include "tests/support/run_on.h"

namespace pillion {

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Connect(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  explicit HttpClient(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    Connect(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  HttpClient(HttpClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), rest_(std::move(other.rest_)) {}
  ~HttpClient() {
    if (fd_ >= 0) close(fd_);
  }

  struct Reply {
    int status = 0;  // 0: the connection ended
    std::string head;
    std::string body;
  };
  HttpClient& Send(const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t n = send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;  // it hung up; what it said can be read
      sent += static_cast<std::size_t>(n);
    }
    return *this;
  }
  // Of a reply to HEAD: has no body.
  Reply Read(bool has_body = true) {
    Reply reply;
    std::size_t end = 0;
    while ((end = rest_.find("\r\n\r\n")) == rest_.npos) {
      if (!Receive()) return {};
    }
    reply.head = rest_.substr(0, end + 2);
    rest_.erase(0, end + 4);
    reply.status = std::atoi(reply.head.c_str() + 9);
    const std::size_t length = reply.head.find("\r\nContent-Length: ");
    if (length == reply.head.npos || !has_body) return reply;
    const std::size_t size = std::stoul(reply.head.substr(length + 18));
    while (rest_.size() < size) {
      if (!Receive()) return {};
    }
    reply.body = rest_.substr(0, size);
    rest_.erase(0, size);
    return reply;
  }
  Reply Get(const std::string& target) {
    return Send("GET " + target + " HTTP/1.1\r\nHost: t\r\n\r\n").Read();
  }
  Reply Post(const std::string& target, const std::string& type, const std::string& body) {
    return Send("POST " + target + " HTTP/1.1\r\nHost: t\r\nContent-Type: " + type +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
        .Read();
  }
  // Nothing more comes: the server has hung up.
  bool AtEnd() { return rest_.empty() && !Receive(); }

 private:
  void Connect(const sockaddr* address, socklen_t size) {
    if (connect(fd_, address, size) != 0) throw std::runtime_error("cannot connect");
  }
  bool Receive() {
    char bytes[16384];
    const ssize_t n = recv(fd_, bytes, sizeof(bytes), 0);
    if (n > 0) rest_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
  }

  int fd_;
  std::string rest_;
};

class TestHttpServer {
 public:
  // `listeners` as on a command line.
  explicit TestHttpServer(const std::vector<std::string>& listeners,
                          const HttpLimits& limits = {}) {
    std::vector<ListenArgument> parsed;
    parsed.reserve(listeners.size());
    for (const std::string& text : listeners) {
      parsed.push_back(ListenArgument::Parse(text, DialectNames()).value());
    }
    auto created = HttpServer::Create(control_, std::move(parsed), models_, publisher_, limits, 1,
                                      [](MetricsText& metrics) {
                                        metrics.Gauge("pillion_test", "What a server would say.");
                                        metrics.Sample(std::uint64_t{7});
                                      });
    if (!created) throw std::runtime_error(created.error());
    server_ = *std::move(created);
    publisher_.OnChange([this](const std::string&) { Show(); });
    publisher_.Start(control_);
    thread_ = std::thread([this] { control_.run(); });
  }
  ~TestHttpServer() {
    control_.stop();
    thread_.join();
  }

  HttpClient Connect(std::size_t listener = 0) const { return HttpClient(server_->port(listener)); }
  // Runs on the control thread.
  template <typename F>
  auto Run(F f) {
    return testing::RunOn(control_, std::move(f));
  }
  void Publish(const ModelRegistry& registry) {
    Run([&] {
      registry_ = registry;
      Show();
    });
  }
  // Once, with nothing published before.
  void LoadDirectory(const std::filesystem::path& directory) {
    Run([&] {
      if (auto loaded = publisher_.LoadDirectory(directory); !loaded) {
        throw std::runtime_error(loaded.error());
      }
    });
  }
  HttpServer& server() { return *server_; }

 private:
  void Show() {
    models_.Publish(registry_);
    server_->ModelsChanged();
  }

  boost::asio::io_context control_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(control_);
  ServedModels models_;
  ModelRegistry registry_;
  Publisher publisher_{registry_, {}, EventLog::Silent()};
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

inline ModelRegistry KingCounty() {
  const std::string directory = SourceDir() + "/examples/king-county/";
  auto registry = ModelRegistry::Load({{"house", directory + "house-lr.zip", "1"}}, {});
  if (!registry) throw std::runtime_error(registry.error().Text());
  return *std::move(registry);
}

}  // namespace pillion
