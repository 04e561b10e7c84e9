// The keeper: the thread of a client that notices when the server hangs up and connects again, and
// binds all models anew before a call can use the new connection.
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "client/core/backoff.h"
#include "client/core/client_core.h"

namespace pillion {
namespace {

constexpr int kLookForUnusedMs = 20;  // rings, while there are older ones
constexpr int kLookAtCpusMs = 500;    // their quota may be changed at any time

// The program's signals are not the keeper's business.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

void ClientCore::Keep() {
  BlockSignals();
  pthread_setname_np(pthread_self(), "pillion-keeper");
  std::uint32_t attempt = 0;
  while (!stopping_.load()) {
    if (const Session current = session(); current.connection) {
      while (Watch(current)) {
      }
      Disconnect();
      attempt = 0;
      continue;
    }
    Pause(attempt++);
    if (stopping_.load()) return;
    if (auto session = Connect()) {
      BindAllAndPublish(std::move(*session));
    } else {
      const std::lock_guard lock(mutex_);
      why_gone_ = session.error();
    }
  }
}

tl::expected<ClientCore::Session, Failure> ClientCore::Connect() {
  Geometry wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = wanted_;
  }
  auto connection =
      Connection::Dial(endpoint_, wanted, DeadlineAfter(MonotonicNs(), options_.connect_ns_max));
  if (!connection) return tl::unexpected(connection.error());
  Session session{std::move(*connection), nullptr, ++last_generation_};
  session.channel = std::make_shared<SocketChannel>(session.connection);
  return session;
}

// A model that is bound meanwhile is not on the list of this round, so the list is looked at again
// until nothing on it is left: only then, under the same lock, the connection is published.
void ClientCore::BindAllAndPublish(Session session) {
  while (!stopping_.load()) {
    std::vector<std::shared_ptr<BoundModel>> unbound;
    {
      const std::lock_guard lock(mutex_);
      for (const std::weak_ptr<BoundModel>& weak : models_) {
        auto model = weak.lock();
        if (!model || model->freed()) continue;
        if (model->layout().generation == session.generation) continue;
        if (model->successor() != nullptr) {
          model->SetLayout({session.generation, 0, ScoreCode::kSchemaChanged});
        } else {
          unbound.push_back(std::move(model));
        }
      }
    }
    if (unbound.empty()) return Publish(std::move(session));
    for (const std::shared_ptr<BoundModel>& model : unbound) {
      const auto bound =
          BindOn(session, model->request(), DeadlineAfter(MonotonicNs(), options_.connect_ns_max));
      if (!bound) {
        const ScoreCode code = bound.error().code;
        if (code == ScoreCode::kServerGone || code == ScoreCode::kDeadline) return;
        model->SetLayout({session.generation, 0, code});
      } else if ((*bound)->schema_hash() == model->schema_hash()) {
        Unbind(session, Move(**bound, model.get()));
      } else {
        Unbind(session, Succeed(model, *bound));
      }
    }
  }
}

void ClientCore::Publish(Session session) {
  const Connection& connection = *session.connection;
  {
    const std::lock_guard lock(mutex_);
    session_ = session;
    UseRing(session, connection.ring());
  }
  lanes_.ExpectCrowds();
  generation_.store(session.generation, std::memory_order_release);
  transport_.store(connection.shared_memory() ? Transport::kSharedMemory : Transport::kSocket,
                   std::memory_order_release);
  counters_.connects.fetch_add(1, std::memory_order_relaxed);
}

void ClientCore::Disconnect() {
  Session gone;
  {
    const std::lock_guard lock(mutex_);
    gone = std::exchange(session_, Session{});
    why_gone_ = {ScoreCode::kServerGone, "the connection to " + endpoint_.path + " ended"};
  }
  transport_.store(Transport::kNone, std::memory_order_release);
  if (!gone.connection) return;
  gone.channel->Break();
  gone.connection->Die();
  const std::lock_guard lock(mutex_);
  UseRing(gone, nullptr);
}

// Bytes on the socket are for the threads that call; without asked events poll() returns for a
// hang-up alone.
bool ClientCore::Watch(const Session& session) {
  const int timeout_ms = session.connection->has_older_rings() ? kLookForUnusedMs : kLookAtCpusMs;
  pollfd watched[] = {{session.connection->socket(), 0, 0}, {keeper_event_.get(), POLLIN, 0}};
  if (poll(watched, 2, timeout_ms) < 0) return errno == EINTR;
  if (stopping_.load() || watched[0].revents != 0) return false;
  if (watched[1].revents != 0) {
    eventfd_t ignored = 0;
    eventfd_read(keeper_event_.get(), &ignored);
  }
  GiveUnusedRingsBack(session);
  BindChangedAgain(session);
  GrowAsNeeded();
  // Last: threads may wait for what comes before.
  spin_rule_.store(SpinRuleFor(ReadCpuAllowance()), std::memory_order_relaxed);
  return true;
}

void ClientCore::Pause(std::uint32_t attempt) {
  std::minstd_rand random(static_cast<unsigned>(MonotonicNs()));
  const std::uint64_t pause_ns = ReconnectPause(attempt, random());
  const timespec wait = ToTimespec(pause_ns);
  pollfd stop{keeper_event_.get(), POLLIN, 0};
  if (ppoll(&stop, 1, &wait, nullptr) <= 0 || stopping_.load()) return;
  eventfd_t ignored = 0;
  eventfd_read(keeper_event_.get(), &ignored);
}

}  // namespace pillion
