// A thread that answers HTTP: its loop, its connections, and what it keeps from one request to the
// next. Never a scoring worker nor the control thread.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <thread>
#include <unordered_set>
#include <vector>

#include "sidecar/http/connection.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/listen_argument.h"
#include "sidecar/http/plan_cache.h"

namespace pillion {

class HttpThread {
 public:
  // `services` and `limits` outlive it. Dialects are those of `listeners`, in their order.
  HttpThread(const std::vector<ListenArgument>& listeners, const HttpServices& services,
             const HttpLimits& limits);
  ~HttpThread();  // connections are cut
  HttpThread(const HttpThread&) = delete;
  HttpThread& operator=(const HttpThread&) = delete;

  boost::asio::io_context& io() { return io_; }
  // All that follow: any thread.
  // Takes the connected socket `fd` of a client of listener number `listener`.
  void Take(int fd, int family, std::size_t listener);
  void Trim();
  // Connections of listeners that `keep` does not hold end with their requests.
  void Drain(std::vector<bool> keep);
  std::uint32_t connection_count() const { return count_.load(std::memory_order_relaxed); }
  // Of those that end.
  std::uint32_t leaving_count() const { return leaving_.load(std::memory_order_acquire); }

 private:
  void Run();
  void Add(int fd, int family, std::size_t listener);
  void Sweep();

  const HttpLimits& limits_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer sweep_{io_};
  PlanCache plans_;
  std::vector<Dialects> dialects_;                                                // [listener]
  std::vector<std::unordered_set<std::shared_ptr<HttpConnection>>> connections_;  // [listener]
  std::vector<bool> draining_;                                                    // [listener]
  std::atomic<std::uint32_t> count_{0};
  std::atomic<std::uint32_t> leaving_{0};
  std::thread thread_;
};

}  // namespace pillion
