#include "sidecar/transport/server.h"

#include <malloc.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "base/memory_allowance.h"
#include "base/memory_reserve.h"
#include "sidecar/transport/open_files.h"

namespace pillion {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPatrolEvery{500};
// For what goes on without memory: questions, refusals, the end of clients, the log.
constexpr std::size_t kReserveBytes = 4 << 20;

PlaceLimits LimitsOf(const TransportOptions& options) {
  const std::uint32_t per_user = options.clients_per_user_max;
  return {options.clients_max, per_user == 0 ? options.clients_max : per_user};
}

// Models, rows and what clients are told need the rest.
std::uint64_t MemoryOf(const TransportOptions& options) {
  return options.shared_memory_bytes_max != 0 ? options.shared_memory_bytes_max
                                              : ReadMemoryAllowance() / 4;
}

std::uint32_t WorkerCount(const TransportOptions& options) {
  if (options.workers != 0) return options.workers;
  // Clients need CPUs too: half of them, up to what a sidecar should take.
  const CpuAllowance allowance = ReadCpuAllowance();
  const double cpus = std::min(static_cast<double>(allowance.cpus), allowance.quota);
  return std::clamp(static_cast<std::uint32_t>(cpus / 2), 1u, 8u);
}

}  // namespace

tl::expected<std::unique_ptr<Server>, std::string> Server::Create(TransportOptions options,
                                                                  Scorer* scorer, EventLog& log) {
  auto access = AccessList::Make(options.allowed_uids, options.allowed_gids);
  if (!access) return tl::unexpected(access.error());
  if (!MemoryReserve::Hold(kReserveBytes)) {
    return tl::unexpected<std::string>("there is no memory for a server");
  }
  std::unique_ptr<Server> server(new Server(std::move(options), scorer, log, std::move(*access)));
  if (auto listens = server->Listen(); !listens) return tl::unexpected(listens.error());
  for (std::uint32_t i = 0; i < server->worker_count_; ++i) {
    auto worker = Worker::Create(i, server->options_, server->spin_rule_, server.get());
    if (!worker) return tl::unexpected(worker.error());
    server->workers_.push_back(std::move(*worker));
  }
  for (const std::unique_ptr<Worker>& worker : server->workers_) worker->Start();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) server->signals_.add(signal);
  return server;
}

Server::Server(TransportOptions options, Scorer* scorer, EventLog& log, AccessList access)
    : options_(std::move(options)),
      scorer_(scorer),
      log_(log),
      access_(std::move(access)),
      memory_(MemoryOf(options_)),
      door_(io_, [this](Door::Protocol::socket socket) { Greet(std::move(socket)); }),
      control_(io_, options_, memory_,
               [this](auto ask, auto reply) { AnswerOwner(ask, std::move(reply)); }),
      places_(LimitsOf(options_)),
      spin_rule_(SpinRuleFor(ReadCpuAllowance())),
      worker_count_(WorkerCount(options_)),
      model_counts_(worker_count_) {}

Server::~Server() { workers_.clear(); }

tl::expected<void, std::string> Server::Run() {
  LogStart();
  const auto work = asio::make_work_guard(io_);
  while (!io_.stopped()) {
    try {
      Patrol();
    } catch (const std::bad_alloc&) {
      // The next one may find more.
    }
    try {
      io_.run_for(kPatrolEvery);
    } catch (const std::bad_alloc&) {
      // Whose handler it was waits in vain; all others are as they were.
    }
  }
  LogStop();
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
  if (!options_.control_path.empty() && !control_.InPlace()) {
    if (auto opened = control_.Open(options_.control_path); !opened) return opened;
  }
  if (door_.InPlace()) return {};
  return door_.Open(options_.socket_path, options_.socket_mode);
}

// Somebody may tidy the directory up while the server runs, and memory may have been short.
void Server::Patrol() {
  KeepReserve();
  spin_rule_.store(SpinRuleFor(ReadCpuAllowance()), std::memory_order_relaxed);
  if (!awaits_signal_) WaitForSignal();
  AnswerSoon();
  if (draining_) return;
  log_.WriteHeldBack(false);
  if (std::exchange(gives_back_, false)) malloc_trim(0);
  if (auto listens = Listen(); !listens) {
    outcome_ = std::move(listens);
    log_.Write(LogLevel::kError, "socket_lost", {{"reason", outcome_.error()}});
    return Drain("its socket is lost");
  }
  door_.Resume();
  control_.Resume();
}

void Server::KeepReserve() {
  if (MemoryReserve::held()) return;
  ++shortages_;
  malloc_trim(0);
  const bool over = MemoryReserve::Hold(kReserveBytes);
  log_.WriteLimited(LogLevel::kError, "memory_short", {{"over", over ? "yes" : "no"}});
}

tl::expected<void, std::string> Server::Change(const TransportOptions& options) {
  auto access = AccessList::Make(options.allowed_uids, options.allowed_gids);
  if (!access) return tl::unexpected(access.error());
  if (auto reserved = ReserveOpenFiles(options); !reserved) return reserved;
  access_ = std::move(*access);
  options_.allowed_uids = options.allowed_uids;
  options_.allowed_gids = options.allowed_gids;
  options_.clients_max = options.clients_max;
  options_.clients_per_user_max = options.clients_per_user_max;
  options_.drain_time_max = options.drain_time_max;
  places_.set_limits(LimitsOf(options_));
  return {};
}

void Server::StartDraining() {
  asio::post(io_, [this] { Drain("asked to"); });
}

void Server::WaitForSignal() {
  signals_.async_wait([this](const error_code& error, int signal) {
    awaits_signal_ = false;
    if (error) return;
    WaitForSignal();
    if (signal == SIGHUP) return on_hang_up_();
    if (draining_) return StopNow();
    Drain(signal == SIGTERM ? "SIGTERM" : "SIGINT");
  });
  awaits_signal_ = true;
}

void Server::Greet(Door::Protocol::socket socket) {
  const std::optional<PeerCredentials> peer = ReadPeerCredentials(socket.native_handle());
  auto handshake = std::make_shared<Handshake>(std::move(socket), options_, memory_);
  if (!peer || !access_.Admits(*peer)) {
    constexpr char kWhy[] = "this user may not connect";
    handshake->Refuse(ScoreCode::kRefused, kWhy);
    return Refused(peer.value_or(PeerCredentials{}), kWhy);
  }
  if (!MemoryReserve::held()) {
    handshake->Refuse(ScoreCode::kNoMemory, Describe(ScoreCode::kNoMemory));
    return Refused(*peer, Describe(ScoreCode::kNoMemory));
  }
  if (!MakeRoom(peer->uid)) {
    const bool user_full = places_.Look(peer->uid) == Places::Verdict::kUserFull;
    const char* const why = user_full ? "this user has all the connections it may have"
                                      : "the server has all the clients it may have";
    handshake->Refuse(ScoreCode::kBusy, why);
    return Refused(*peer, why);
  }
  const auto caller = callers_.insert(callers_.end(), {handshake, *peer});
  try {
    places_.Take(peer->uid);
  } catch (const std::bad_alloc&) {
    callers_.erase(caller);
    throw;
  }
  handshake->Start([this, caller](tl::expected<Welcomed, std::string> welcomed) {
    PeerCredentials of = std::move(caller->peer);
    callers_.erase(caller);
    if (welcomed) return Admit(std::move(*welcomed), std::move(of));
    places_.Give(of.uid);
    Refused(of, welcomed.error());
  });
}

// Who said nothing yet makes room, the oldest first: a client's HELLO comes with its connection, so
// only who holds places for nothing is there for long.
bool Server::MakeRoom(uid_t uid) {
  const auto pending =
      std::ranges::count(callers_, uid, [](const Caller& c) { return c.peer.uid; });
  const std::uint32_t pending_max = std::max(options_.handshakes_max / 2, 1u);
  if (pending >= pending_max) EvictOldest(uid);
  if (callers_.size() >= options_.handshakes_max) EvictOldest({});
  switch (places_.Look(uid)) {
    case Places::Verdict::kFree: return true;
    case Places::Verdict::kUserFull: return EvictOldest(uid);
    case Places::Verdict::kAllFull: return EvictOldest({});
  }
  return false;
}

bool Server::EvictOldest(std::optional<uid_t> uid) {
  const auto oldest = std::ranges::find_if(
      callers_, [uid](const Caller& caller) { return !uid || caller.peer.uid == *uid; });
  if (oldest == callers_.end()) return false;
  ++evicted_;
  const std::shared_ptr<Handshake> handshake = oldest->handshake;
  handshake->Refuse(ScoreCode::kBusy, "it said nothing, and a newer connection needs the place");
  return true;
}

void Server::Refused(const PeerCredentials& peer, std::string_view why) {
  ++refused_;
  log_.WriteLimited(LogLevel::kWarning, "client_refused",
                    {{"uid", peer.uid}, {"pid", peer.pid}, {"reason", why}});
}

void Server::Admit(Welcomed welcomed, PeerCredentials peer) {
  const std::uint64_t id = next_peer_++;
  const bool shares_memory = welcomed.memory.has_value();
  try {
    peers_.emplace(id, peer);
    auto client = std::make_unique<Peer>(id, std::move(welcomed), options_);
    workers_[id % workers_.size()]->Post(AddPeer{std::move(client)});
  } catch (const std::bad_alloc&) {
    peers_.erase(id);
    places_.Give(peer.uid);
    return Refused(peer, Describe(ScoreCode::kNoMemory));
  }
  clients_.fetch_add(1, std::memory_order_relaxed);
  log_.WriteLimited(LogLevel::kInfo, "client_connected",
                    {{"client", id},
                     {"uid", peer.uid},
                     {"pid", peer.pid},
                     {"transport", shares_memory ? "shm" : "unix"}});
}

void Server::PeerGone(PeerEnd end, std::unique_ptr<Peer> peer) {
  try {
    asio::post(io_, [this, end, peer = std::shared_ptr<Peer>(std::move(peer))]() mutable {
      peer.reset();
      Farewell(end);
    });
  } catch (const std::bad_alloc&) {
    peer.reset();  // here, then; what it held is what there was no room for
    asio::post(io_, [this, end] { Farewell(end); });
  }
}

void Server::Discard(std::shared_ptr<void> rest) {
  asio::post(io_, [rest = std::move(rest)] {});
}

void Server::Farewell(const PeerEnd& end) {
  const auto peer = peers_.find(end.peer);
  const auto write = [&](LogLevel level, std::string_view event) {
    log_.WriteLimited(level, event,
                      {{"client", end.peer},
                       {"uid", peer->second.uid},
                       {"pid", peer->second.pid},
                       {"requests", end.requests},
                       {"reason", end.why}});
  };
  switch (end.kind) {
    case PeerEnd::Kind::kLeft: write(LogLevel::kInfo, "client_left"); break;
    case PeerEnd::Kind::kLost:
      ++lost_;
      write(LogLevel::kWarning, "client_lost");
      break;
    case PeerEnd::Kind::kViolation: write(LogLevel::kWarning, "protocol_violation"); break;
    case PeerEnd::Kind::kClosed: write(LogLevel::kInfo, "client_closed"); break;
    case PeerEnd::Kind::kCutOff:
      ++cut_off_;
      write(LogLevel::kWarning, "client_cut_off");
      break;
  }
  gives_back_ = true;
  asked_.Forget(end.peer);
  places_.Give(peer->second.uid);
  peers_.erase(peer);
  clients_.fetch_sub(1, std::memory_order_relaxed);
}

void Server::Drain(std::string_view why) {
  if (std::exchange(draining_, true)) return;
  drain_started_ns_ = MonotonicNs();
  log_.Write(LogLevel::kInfo, "drain",
             {{"reason", why},
              {"clients", client_count()},
              {"drain_ms_max", options_.drain_time_max.count()}});
  on_drain_(options_.drain_time_max);
  door_.Close();
  control_.Close();
  lock_.reset();  // a successor may start
  while (!callers_.empty()) {
    const std::shared_ptr<Handshake> handshake = callers_.front().handshake;
    handshake->Refuse(ScoreCode::kDraining, "the server is stopping");
  }
  const auto drain_ns =
      static_cast<std::uint64_t>(std::chrono::nanoseconds(options_.drain_time_max).count());
  for (const std::unique_ptr<Worker>& worker : workers_) {
    worker->Post(pillion::Drain{drain_started_ns_ + drain_ns / 2, drain_started_ns_ + drain_ns});
  }
}

void Server::StopNow() {
  log_.Write(LogLevel::kWarning, "stop_at_once", {{"clients", client_count()}});
  on_drain_(std::chrono::milliseconds(0));
  for (const std::unique_ptr<Worker>& worker : workers_) worker->Post(Stop{});
}

void Server::WorkerDone() {
  asio::post(io_, [this] {
    if (++workers_done_ == workers_.size()) io_.stop();
  });
}

}  // namespace pillion
