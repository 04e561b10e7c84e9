#include "sidecar/transport/server.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

namespace pillion {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPatrolEvery{500};

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
  auto access = AccessList::Make(options.allowed_uids, options.allowed_gids);
  if (!access) return tl::unexpected(access.error());
  std::unique_ptr<Server> server(new Server(std::move(options), scorer, std::move(*access)));
  if (auto listens = server->Listen(); !listens) return tl::unexpected(listens.error());
  for (std::uint32_t i = 0; i < WorkerCount(server->options_); ++i) {
    auto worker = Worker::Create(i, server->options_, server.get());
    if (!worker) return tl::unexpected(worker.error());
    server->workers_.push_back(std::move(*worker));
  }
  return server;
}

Server::Server(TransportOptions options, Scorer* scorer, AccessList access)
    : options_(std::move(options)),
      scorer_(scorer),
      access_(std::move(access)),
      door_(io_, [this](Door::Protocol::socket socket) { Greet(std::move(socket)); }) {}

Server::~Server() { workers_.clear(); }

tl::expected<void, std::string> Server::Run() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
  WaitForSignal();
  for (const std::unique_ptr<Worker>& worker : workers_) worker->Start();
  Patrol();
  const auto work = asio::make_work_guard(io_);
  io_.run();
  return outcome_;
}

// Makes the directory, the lock and the socket's file, or whichever of them is not in place.
tl::expected<void, std::string> Server::Listen() {
  const std::filesystem::path directory = std::filesystem::path(options_.socket_path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return tl::unexpected("cannot make the directory " + directory.string() + ": " +
                          error.message());
  }
  if (!lock_ || !lock_->InPlace()) {
    auto lock = PathLock::Acquire(options_.socket_path + ".lock");
    if (!lock) return tl::unexpected(lock.error());
    lock_.emplace(std::move(*lock));
  }
  if (door_.InPlace()) return {};
  return door_.Open(options_.socket_path, options_.socket_mode);
}

// Somebody may tidy the directory up while the server runs.
void Server::Patrol() {
  if (draining_) return;
  if (auto listens = Listen(); !listens) {
    outcome_ = std::move(listens);
    return Drain();
  }
  patrol_.expires_after(kPatrolEvery);
  patrol_.async_wait([this](const error_code& stopped) {
    if (!stopped) Patrol();
  });
}

void Server::StartDraining() {
  asio::post(io_, [this] { Drain(); });
}

void Server::WaitForSignal() {
  signals_.async_wait([this](const error_code& error, int signal) {
    if (error) return;
    WaitForSignal();
    if (signal == SIGHUP) return;
    if (draining_) return StopNow();
    Drain();
  });
}

void Server::Greet(Door::Protocol::socket socket) {
  const std::optional<PeerCredentials> peer = ReadPeerCredentials(socket.native_handle());
  auto handshake = std::make_shared<Handshake>(std::move(socket), options_);
  if (!peer || !access_.Admits(*peer)) {
    ++refused_;
    return handshake->Refuse(ScoreCode::kRefused, "this user may not connect");
  }
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
  patrol_.cancel();
  door_.Close();
  lock_.reset();  // a successor may start
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
