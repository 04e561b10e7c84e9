// The keeper: the thread of a client that notices when the server hangs up and connects again, and
// binds all models anew before a call can use the new connection.
#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "client/client_core.h"

namespace pillion {
namespace {

constexpr std::uint64_t kFirstPauseNs = 1'000'000;

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
      WaitForHangup(current);
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
  auto connection =
      Connection::Dial(endpoint_, options_, DeadlineAfter(MonotonicNs(), options_.connect_ns_max));
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
        if (model && model->layout().generation != session.generation) {
          unbound.push_back(std::move(model));
        }
      }
    }
    if (unbound.empty()) return Publish(std::move(session));
    for (const std::shared_ptr<BoundModel>& model : unbound) {
      const auto bound = BindOn(session, model->request(),
                                DeadlineAfter(MonotonicNs(), options_.connect_ns_max), model);
      if (bound) continue;
      const ScoreCode code = bound.error().code;
      if (code == ScoreCode::kServerGone || code == ScoreCode::kDeadline) return;
      model->SetLayout({session.generation, 0, code});
    }
  }
}

void ClientCore::Publish(Session session) {
  const Connection& connection = *session.connection;
  const bool memory = connection.shared_memory();
  {
    const std::lock_guard lock(mutex_);
    session_ = session;
  }
  const auto max = [&](std::size_t bytes) {
    return memory ? static_cast<std::uint32_t>(bytes) : 0;
  };
  request_bytes_max_.store(max(connection.geometry().request_payload_bytes_max()));
  answer_bytes_max_.store(max(connection.geometry().answer_payload_bytes_max()));
  lanes_.Install(session.connection, session.generation);
  generation_.store(session.generation, std::memory_order_release);
  transport_.store(memory ? Transport::kSharedMemory : Transport::kSocket,
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
  lanes_.Install(nullptr, gone.generation);
}

// Bytes on the socket are for the threads that call; without asked events poll() returns for a
// hang-up alone.
void ClientCore::WaitForHangup(const Session& session) {
  pollfd watched[] = {{session.connection->socket(), 0, 0}, {stop_event_.get(), POLLIN, 0}};
  while (poll(watched, 2, -1) < 0 && errno == EINTR) {
  }
}

// Doubling, and somewhere between half and the whole of it, so that the clients of a server that
// was restarted do not come all at once.
void ClientCore::Pause(std::uint32_t attempt) {
  const std::uint64_t longest = std::max(options_.backoff_ns_max, kFirstPauseNs);
  const std::uint64_t pause = std::min(longest, kFirstPauseNs << std::min(attempt, 20u));
  std::minstd_rand random(static_cast<unsigned>(MonotonicNs()));
  const std::uint64_t jittered = pause / 2 + random() % (pause / 2 + 1);
  const timespec wait{static_cast<time_t>(jittered / 1'000'000'000),
                      static_cast<long>(jittered % 1'000'000'000)};
  pollfd stop{stop_event_.get(), POLLIN, 0};
  ppoll(&stop, 1, &wait, nullptr);
}

}  // namespace pillion
