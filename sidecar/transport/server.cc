#include "sidecar/transport/server.h"

#include <boost/asio/post.hpp>
#include <csignal>
#include <utility>

namespace pillion {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};

std::uint32_t WorkerCount(const TransportOptions& options) {
  if (options.workers != 0) return options.workers;
  // Clients need CPUs too: half of them, up to what a sidecar should take.
  const CpuAllowance allowance = ReadCpuAllowance();
  const double cpus = std::min(static_cast<double>(allowance.cpus), allowance.quota);
  return std::clamp(static_cast<std::uint32_t>(cpus / 2), 1u, 8u);
}

}  // namespace

tl::expected<std::unique_ptr<Server>, std::string> Server::Create(TransportOptions options,
                                                                  Scorer* scorer) {
  auto listener = Listener::Open(options.socket_path, options.socket_mode);
  if (!listener) return tl::unexpected(listener.error());
  std::unique_ptr<Server> server(new Server(std::move(options), scorer, std::move(*listener)));
  for (std::uint32_t i = 0; i < WorkerCount(server->options_); ++i) {
    auto worker = Worker::Create(i, server->options_, server.get());
    if (!worker) return tl::unexpected(worker.error());
    server->workers_.push_back(std::move(*worker));
  }
  return server;
}

Server::Server(TransportOptions options, Scorer* scorer, Listener listener)
    : options_(std::move(options)), scorer_(scorer), listener_(std::move(listener)) {
  acceptor_.assign(Protocol(), listener_.ReleaseSocket());
}

Server::~Server() { workers_.clear(); }

void Server::Run() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  WaitForSignal();
  for (const std::unique_ptr<Worker>& worker : workers_) worker->Start();
  Accept();
  const auto work = asio::make_work_guard(io_);
  io_.run();
}

void Server::StartDraining() {
  asio::post(io_, [this] { Drain(); });
}

void Server::WaitForSignal() {
  signals_.async_wait([this](const error_code& error, int) {
    if (error) return;
    if (draining_) return StopNow();
    Drain();
    WaitForSignal();
  });
}

void Server::Accept() {
  acceptor_.async_accept([this](const error_code& error, Protocol::socket socket) {
    if (error == asio::error::operation_aborted || draining_) return;
    if (!error) {
      Greet(std::move(socket));
      return Accept();
    }
    // Out of descriptors, most likely: the connection waits in the backlog.
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](const error_code& stopped) {
      if (!stopped) Accept();
    });
  });
}

void Server::Greet(Protocol::socket socket) {
  auto handshake = std::make_shared<Handshake>(std::move(socket), options_);
  if (handshakes_.size() >= options_.handshakes_max ||
      client_count() + handshakes_.size() >= options_.clients_max) {
    ++refused_;
    return handshake->Refuse(ScoreCode::kBusy, "the server has all the clients it may have");
  }
  handshakes_.insert(handshake);
  handshake->Start([this, handshake](std::optional<Welcomed> welcomed) {
    handshakes_.erase(handshake);
    if (welcomed) return Admit(std::move(*welcomed));
    ++refused_;
  });
}

void Server::Admit(Welcomed welcomed) {
  const std::uint64_t id = next_peer_++;
  auto peer =
      std::make_unique<Peer>(id, std::move(welcomed.socket), std::move(welcomed.memory), options_);
  clients_.fetch_add(1, std::memory_order_relaxed);
  workers_[id % workers_.size()]->Post(AddPeer{std::move(peer)});
}

void Server::Drain() {
  if (std::exchange(draining_, true)) return;
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  for (const std::shared_ptr<Handshake>& handshake : std::set(handshakes_)) {
    handshake->Refuse(ScoreCode::kDraining, "the server is stopping");
  }
  const std::uint64_t now = MonotonicNs();
  const auto drain_ns =
      static_cast<std::uint64_t>(std::chrono::nanoseconds(options_.drain_time_max).count());
  for (const std::unique_ptr<Worker>& worker : workers_) {
    worker->Post(pillion::Drain{now + drain_ns / 2, now + drain_ns});
  }
}

void Server::StopNow() {
  for (const std::unique_ptr<Worker>& worker : workers_) worker->Post(Stop{});
}

void Server::WorkerDone() {
  asio::post(io_, [this] {
    if (++workers_done_ == workers_.size()) io_.stop();
  });
}

}  // namespace pillion
