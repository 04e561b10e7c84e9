// All of HTTP beside the transports: listening sockets on the control thread, connections on
// threads of their own. Used by the control thread.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/http/http_limits.h"
#include "sidecar/http/http_thread.h"
#include "sidecar/http/listen_argument.h"
#include "sidecar/transport/listener.h"

namespace pillion {

class HttpServer {
 public:
  // What the server says of itself is written on the control thread.
  using WriteMetrics = std::function<void(MetricsText&)>;

  // Listens from here on. `control` is the control thread's loop; it, `models` and `publisher`
  // outlive the server. An error is one sentence that names the listener.
  static tl::expected<std::unique_ptr<HttpServer>, std::string> Create(
      boost::asio::io_context& control, std::vector<ListenArgument> listeners,
      const ServedModels& models, Publisher& publisher, const HttpLimits& limits = {},
      std::uint32_t thread_count = 1, WriteMetrics write_metrics = [](MetricsText&) {});
  ~HttpServer();

  // What is served has changed.
  void ModelsChanged();
  // Listeners that speak `health` go on, so that probes hear of the drain. The others let nobody
  // in any more, and their connections end with the requests that have begun.
  // Once more: they have another time.
  void Drain(std::chrono::milliseconds time_max);
  // Waits until those have ended, or their time is up. Without a drain: does not wait.
  void Finish() const;
  // Of TCP listener number `i`: the port, where 0 was asked for.
  std::uint16_t port(std::size_t i) const;

 private:
  struct Gate;

  HttpServer(boost::asio::io_context& control, std::vector<ListenArgument> listeners,
             const ServedModels& models, Publisher& publisher, const HttpLimits& limits,
             WriteMetrics write_metrics);
  tl::expected<void, std::string> Open(std::size_t i);
  void Accept(std::size_t i);
  void AcceptAll(std::size_t i);

  boost::asio::io_context& control_;
  const std::vector<ListenArgument> listeners_;
  const HttpLimits limits_;
  std::atomic<bool> draining_{false};
  std::chrono::steady_clock::time_point drained_by_{};
  const HttpServices services_;
  std::vector<std::unique_ptr<Gate>> gates_;  // [listener]
  std::vector<std::unique_ptr<HttpThread>> threads_;
  std::size_t next_thread_ = 0;
};

}  // namespace pillion
