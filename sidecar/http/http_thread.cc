#include "sidecar/http/http_thread.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <new>
#include <utility>

#include "sidecar/http/dialects.h"

namespace pillion {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kSweepEvery{250};
constexpr std::chrono::milliseconds kPause{10};  // where there is no memory

}  // namespace

HttpThread::HttpThread(const std::vector<ListenArgument>& listeners, const HttpServices& services,
                       const HttpLimits& limits)
    : limits_(limits),
      work_(asio::make_work_guard(io_)),
      plans_(services.models),
      connections_(listeners.size()),
      draining_(listeners.size()) {
  for (const ListenArgument& listener : listeners) {
    Dialects& dialects = dialects_.emplace_back();
    for (const std::string& name : listener.dialects) {
      dialects.push_back(MakeDialect(name, services, plans_));
    }
  }
  // Signals are the control thread's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

HttpThread::~HttpThread() {
  io_.stop();
  thread_.join();
}

void HttpThread::Run() {
  while (!io_.stopped()) {
    try {
      Sweep();
      io_.run();
    } catch (const std::bad_alloc&) {
      // The connection whose handler it was is swept away in its time. Others may need some, too.
      std::this_thread::sleep_for(kPause);
    }
  }
}

void HttpThread::Take(int fd, int family, std::size_t listener) {
  count_.fetch_add(1, std::memory_order_relaxed);
  asio::post(io_, [this, fd, family, listener] { Add(fd, family, listener); });
}

void HttpThread::Add(int fd, int family, std::size_t listener) {
  const int on = 1;
  if (family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  HttpConnection::Socket socket(io_.get_executor(), asio::generic::stream_protocol(family, 0), fd);
  auto connection = std::make_shared<HttpConnection>(
      std::move(socket), dialects_[listener], limits_,
      [this, listener](const std::shared_ptr<HttpConnection>& gone) {
        connections_[listener].erase(gone);
        count_.fetch_sub(1, std::memory_order_relaxed);
        if (draining_[listener]) leaving_.fetch_sub(1, std::memory_order_release);
      });
  connections_[listener].insert(connection);
  if (draining_[listener]) {
    leaving_.fetch_add(1, std::memory_order_release);
    return connection->Close();
  }
  connection->Start();
}

// One timer for all: a timer for each would be set twice a request.
void HttpThread::Sweep() {
  const auto now = HttpConnection::Clock::now();
  for (auto& of_listener : connections_) {
    const std::vector<std::shared_ptr<HttpConnection>> all(of_listener.begin(), of_listener.end());
    for (const auto& connection : all) connection->Check(now);
  }
  sweep_.expires_after(kSweepEvery);
  sweep_.async_wait([this](const boost::system::error_code& stopped) {
    if (!stopped) Sweep();
  });
}

void HttpThread::Trim() {
  asio::post(io_, [this] { plans_.Trim(); });
}

void HttpThread::Drain(std::vector<bool> keep) {
  leaving_.fetch_add(1, std::memory_order_relaxed);  // until it is known how many there are
  asio::post(io_, [this, keep = std::move(keep)] {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (keep[i]) continue;
      draining_[i] = true;
      leaving_.fetch_add(static_cast<std::uint32_t>(connections_[i].size()),
                         std::memory_order_relaxed);
      const std::vector<std::shared_ptr<HttpConnection>> all(connections_[i].begin(),
                                                             connections_[i].end());
      for (const auto& connection : all) connection->Drain();
    }
    leaving_.fetch_sub(1, std::memory_order_release);
  });
}

}  // namespace pillion
