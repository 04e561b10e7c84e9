#include "sidecar/transport/worker.h"

#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace pillion {
namespace {

constexpr std::uint64_t kPollEveryNs = 50'000;      // sockets and kicks, while lanes are spun on
constexpr std::uint64_t kSweepEveryNs = 1'000'000;  // for lanes that went quiet
constexpr std::size_t kScannedFreely = 32;          // lanes that cost next to nothing
constexpr std::uint64_t kPatienceNs = 10'000;       // for the next request of a prompt client
constexpr int kDrainPollMs = 1;
constexpr std::size_t kMailboxRoom = 256;  // which commands find without memory

SpinBudget MakeSpinBudget(const TransportOptions& options, const std::atomic<SpinRule>& rule) {
  if (options.spin_ns) return SpinBudget::Fixed(*options.spin_ns);
  if (options.spin == SpinMode::kNever) return SpinBudget::Fixed(0);
  return SpinBudget::Adaptive(rule);
}

}  // namespace

tl::expected<std::unique_ptr<Worker>, std::string> Worker::Create(std::uint32_t index,
                                                                  const TransportOptions& options,
                                                                  const std::atomic<SpinRule>& rule,
                                                                  ControlDesk* desk) {
  std::unique_ptr<Worker> worker(new Worker(index, options, rule, desk));
  if (!worker->scratch_.valid()) return tl::unexpected<std::string>("no memory for a worker");
  worker->epoll_.Reset(epoll_create1(EPOLL_CLOEXEC));
  worker->mailbox_event_.Reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &worker->mailbox_watch_;
  if (!worker->epoll_ || !worker->mailbox_event_ ||
      epoll_ctl(worker->epoll_.get(), EPOLL_CTL_ADD, worker->mailbox_event_.get(), &event) != 0) {
    return tl::unexpected("epoll of a worker: " + std::generic_category().message(errno));
  }
  return worker;
}

Worker::Worker(std::uint32_t index, const TransportOptions& options,
               const std::atomic<SpinRule>& rule, ControlDesk* desk)
    : index_(index),
      desk_(desk),
      spin_rule_(rule),
      spins_always_(options.spin == SpinMode::kAlways && !options.spin_ns),
      spin_(MakeSpinBudget(options, rule)),
      scratch_(options.message_bytes_max) {
  context_.worker = index;
  context_.desk = desk;
  context_.stats = &stats_;
  context_.scratch = &scratch_;
  mailbox_.reserve(kMailboxRoom);
  commands_.reserve(kMailboxRoom);
}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  Post(Stop{});
  thread_.join();
}

void Worker::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), ("pillion-w" + std::to_string(index_)).c_str());
}

void Worker::Post(WorkerCommand command) {
  {
    const std::lock_guard lock(mailbox_mutex_);
    mailbox_.push_back(std::move(command));
  }
  eventfd_write(mailbox_event_.get(), 1);
}

void Worker::Run() {
  context_.now_ns = MonotonicNs();
  while (!stopped_) {
    const std::uint64_t looked_ns = context_.now_ns;
    if (ServeClients()) {
      if (idle_since_ns_ != 0) IdleEnded(looked_ns);
    } else {
      Idle();
    }
    if (context_.now_ns - last_poll_ns_ >= kPollEveryNs) PollEvents(0);
    if (context_.now_ns - last_sweep_ns_ >= kSweepEveryNs) ParkIdleLanes();
  }
  for (auto& [id, client] : clients_) desk_->Discard(std::move(client.peer));
  clients_.clear();
  desk_->WorkerDone();
}

// A turn for each prompt client, and then for one of those that stand back. False: nobody had
// anything.
bool Worker::ServeClients() {
  bool served = false;
  Client* next = nullptr;
  for (Client* client : active_) {
    if (client->stands_back || context_.now_ns < client->prompt_from_ns) {
      if (client->peer->Waits() && (next == nullptr || client->used_ns < next->used_ns)) {
        next = client;
      }
    } else if (ServeOne(client)) {
      last_prompt_ns_ = context_.now_ns;
      served = true;
    }
  }
  if (next != nullptr) {
    served = true;
    if (MustStandBack()) {
      CpuRelax();
      context_.now_ns = MonotonicNs();
    } else {
      // Who comes back after a while has no claim on the time when it wanted nothing.
      least_used_ns_ = next->used_ns = std::max(next->used_ns, least_used_ns_);
      ServeOne(next);
    }
  }
  if (!closed_.empty()) RemoveClosedPeers();
  return served;
}

bool Worker::ServeOne(Client* client) {
  const std::uint64_t began_ns = context_.now_ns;
  Peer::Turn turn = Peer::Turn::kServed;
  try {
    turn = client->peer->Serve(&context_);
  } catch (const std::bad_alloc&) {
    NoMemory(client);
    return true;
  }
  if (turn == Peer::Turn::kNothing) return false;
  stats_.busy_ns.Add(context_.now_ns - began_ns);
  if (turn == Peer::Turn::kUsedUp) {
    UsedUp(client, context_.now_ns - began_ns);
  } else {
    client->stands_back = false;
  }
  UpdateWatch(client);
  return true;
}

void Worker::UsedUp(Client* client, std::uint64_t turn_ns) {
  client->stands_back = true;
  client->used_ns += turn_ns;
  // A quarter more than it took: what follows on a turn begins with cold caches.
  back_from_ns_ = context_.now_ns + turn_ns + turn_ns / 4;
  client->prompt_from_ns = back_from_ns_;
}

// Prompt clients have still to get what the last long turn took, and one has just been there.
bool Worker::MustStandBack() {
  const std::uint64_t patience_ns = std::min(kPatienceNs, SpinNs());
  return context_.now_ns < back_from_ns_ && context_.now_ns - last_prompt_ns_ < patience_ns;
}

void Worker::Idle() {
  const bool looks = std::ranges::any_of(
      active_, [](const Client* client) { return client->peer->looks_at_lanes(); });
  if (idle_since_ns_ == 0) {
    idle_since_ns_ = context_.now_ns;
    woke_client_ = std::exchange(context_.woke_client, false);
  }
  if (!looks) return Sleep();
  CpuRelax();
  context_.idled = true;
  if ((++idle_turns_ & 7) != 0) return;
  context_.now_ns = MonotonicNs();
  if (context_.now_ns - idle_since_ns_ >= SpinNs()) Sleep();
}

std::uint64_t Worker::SpinNs() noexcept {
  const bool forever =
      spins_always_ && spin_rule_.load(std::memory_order_relaxed) == SpinRule::kFreely;
  return forever ? SpinBudget::kForever : spin_.ns();
}

// What the wait was worth spinning for: until the client published its request, not until this
// thread had been woken; and a client that was woken itself would have been back sooner.
void Worker::IdleEnded(std::uint64_t now_ns) {
  std::uint64_t ended_ns = now_ns;
  if (idle_since_ns_ < kicked_ns_ && kicked_ns_ < now_ns) {
    spin_.Woke(now_ns - kicked_ns_);
    ended_ns = kicked_ns_;
  }
  const std::uint64_t woke_client_ns = woke_client_ ? spin_.late_ns() : 0;
  spin_.Waited(std::max(ended_ns - idle_since_ns_, woke_client_ns) - woke_client_ns);
  idle_since_ns_ = kicked_ns_ = 0;
}

// Parks every lane and waits for a kick.
void Worker::Sleep() {
  ParkLanes(~std::uint64_t{0});
  if (!active_.empty()) return;
  stats_.sleeps.Add(1);
  kicked_ns_ = 0;
  PollEvents(draining_ ? kDrainPollMs : -1);
}

// With many lanes to look at, those that were quiet for a while are parked.
void Worker::ParkIdleLanes() {
  last_sweep_ns_ = context_.now_ns;
  std::size_t lanes = 0;
  for (const Client* client : active_) lanes += client->peer->watched_lanes();
  if (lanes > kScannedFreely) ParkLanes(context_.now_ns - kSweepEveryNs);
}

// A request that came between the last look and the flag is found by the second look; one that
// comes later finds the flag and kicks.
void Worker::ParkLanes(std::uint64_t since_ns) {
  for (const Client* client : active_) client->peer->ParkLanes(since_ns);
  FullFence();  // SYNC: server-parked
  std::erase_if(active_, [](Client* client) {
    client->peer->DropParkedLanes();
    client->active = client->peer->looks_at_lanes() || client->peer->Waits();
    return !client->active;
  });
}

void Worker::Activate(Client* client) {
  if (std::exchange(client->active, true)) return;
  active_.push_back(client);
}

}  // namespace pillion
