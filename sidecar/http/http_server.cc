#include "sidecar/http/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

namespace pillion {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr mode_t kSocketMode = 0660;
constexpr milliseconds kPause{100};  // where no descriptor is left

bool HasProbes(const ListenArgument& listener) {
  return std::ranges::find(listener.dialects, "health") != listener.dialects.end();
}

}  // namespace

struct HttpServer::Gate {
  explicit Gate(asio::io_context& io) : descriptor(io), pause(io) {}

  asio::posix::stream_descriptor descriptor;  // the listening socket
  asio::steady_timer pause;
  std::optional<Listener> file;  // of a Unix socket
  int family = AF_UNIX;
};

tl::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::Create(
    asio::io_context& control, std::vector<ListenArgument> listeners, const ServedModels& models,
    Publisher& publisher, const HttpLimits& limits, std::uint32_t thread_count,
    WriteMetrics write_metrics) {
  std::unique_ptr<HttpServer> server(new HttpServer(control, std::move(listeners), models,
                                                    publisher, limits, std::move(write_metrics)));
  for (std::size_t i = 0; i < server->listeners_.size(); ++i) {
    if (auto opened = server->Open(i); !opened) {
      return tl::unexpected("cannot listen at " + server->listeners_[i].Place() + ": " +
                            opened.error());
    }
  }
  for (std::uint32_t i = 0; i < thread_count; ++i) {
    server->threads_.push_back(
        std::make_unique<HttpThread>(server->listeners_, server->services_, server->limits_));
  }
  for (std::size_t i = 0; i < server->listeners_.size(); ++i) server->Accept(i);
  return server;
}

HttpServer::HttpServer(asio::io_context& control, std::vector<ListenArgument> listeners,
                       const ServedModels& models, Publisher& publisher, const HttpLimits& limits,
                       WriteMetrics write_metrics)
    : control_(control),
      listeners_(std::move(listeners)),
      limits_(limits),
      services_{models, draining_,
                [&control, write = std::move(write_metrics)](auto take) {
                  asio::post(control, [write, take = std::move(take)] {
                    MetricsText metrics;
                    write(metrics);
                    take(std::move(metrics));
                  });
                },
                [&control, &publisher](auto change) {
                  asio::post(control,
                             [&publisher, change = std::move(change)] { change(publisher); });
                }} {}

HttpServer::~HttpServer() = default;

tl::expected<void, std::string> HttpServer::Open(std::size_t i) {
  const ListenArgument& argument = listeners_[i];
  Gate& gate = *gates_.emplace_back(std::make_unique<Gate>(control_));
  if (!argument.path.empty()) {
    auto file = Listener::Open(argument.path, kSocketMode);
    if (!file) return tl::unexpected(file.error());
    gate.file.emplace(std::move(*file));
    gate.descriptor.assign(gate.file->ReleaseSocket());
  } else {
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(argument.address), argument.port);
    asio::ip::tcp::acceptor acceptor(control_);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return tl::unexpected(error.message());
    gate.family = endpoint.protocol().family();
    gate.descriptor.assign(acceptor.release());
  }
  gate.descriptor.non_blocking(true);
  return {};
}

void HttpServer::Accept(std::size_t i) {
  gates_[i]->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                   [this, i](const error_code& stopped) {
                                     if (!stopped) AcceptAll(i);
                                   });
}

void HttpServer::AcceptAll(std::size_t i) {
  Gate& gate = *gates_[i];
  for (;;) {
    const int fd =
        accept4(gate.descriptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
      gate.pause.expires_after(kPause);
      return gate.pause.async_wait([this, i](const error_code& stopped) {
        if (!stopped) Accept(i);
      });
    }
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Accept(i);
    if (fd < 0) continue;  // this one is gone again
    std::uint32_t count = 0;
    for (const auto& thread : threads_) count += thread->connection_count();
    if (count >= limits_.connections_max) {
      close(fd);
      continue;
    }
    threads_[next_thread_++ % threads_.size()]->Take(fd, gate.family, i);
  }
}

void HttpServer::ModelsChanged() {
  for (const auto& thread : threads_) thread->Trim();
}

void HttpServer::Drain(milliseconds time_max) {
  drained_by_ = std::chrono::steady_clock::now() + time_max;
  if (draining_.exchange(true)) return;
  std::vector<bool> keep;
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    keep.push_back(HasProbes(listeners_[i]));
    if (keep[i]) continue;
    gates_[i]->file.reset();
    gates_[i]->pause.cancel();
    error_code ignored;
    gates_[i]->descriptor.close(ignored);
  }
  for (const auto& thread : threads_) thread->Drain(keep);
}

void HttpServer::Finish() const {
  const auto busy = [this] {
    return std::ranges::any_of(threads_,
                               [](const auto& thread) { return thread->leaving_count() > 0; });
  };
  while (busy() && std::chrono::steady_clock::now() < drained_by_) {
    std::this_thread::sleep_for(milliseconds(1));
  }
}

std::uint16_t HttpServer::port(std::size_t i) const {
  asio::ip::tcp::endpoint endpoint;
  socklen_t size = static_cast<socklen_t>(endpoint.capacity());
  getsockname(gates_[i]->descriptor.native_handle(), endpoint.data(), &size);
  return endpoint.port();
}

}  // namespace pillion
