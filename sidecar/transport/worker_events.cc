// The other half of a worker: what reaches it through epoll, that is sockets, kicks, commands.
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include "sidecar/transport/worker.h"

namespace pillion {

void Worker::PollEvents(int timeout_ms) {
  std::array<epoll_event, 64> events;
  const int count =
      epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  context_.now_ns = MonotonicNs();
  last_poll_ns_ = context_.now_ns;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    try {
      HandleEvent(event);
    } catch (const std::bad_alloc&) {
      if (Client* client = static_cast<const Watch*>(event.data.ptr)->client) NoMemory(client);
    }
  }
  if (draining_) ContinueDraining();
  RemoveClosedPeers();
}

// Events of one poll may name a peer that an earlier one closed: it is removed after them all.
void Worker::HandleEvent(const epoll_event& event) {
  const Watch& watch = *static_cast<const Watch*>(event.data.ptr);
  if (watch.kind == Watch::Kind::kMailbox) return HandleMailbox();
  Client* client = watch.client;
  Peer* peer = client->peer.get();
  if (!peer->open()) return;
  if (watch.kind == Watch::Kind::kKick) {
    stats_.kicks.Add(1);
    const std::uint64_t kicked_ns = peer->WatchLanes(context_.now_ns);
    if (kicked_ns_ == 0) kicked_ns_ = kicked_ns;
  } else if ((event.events & (EPOLLHUP | EPOLLERR)) != 0) {
    peer->HungUp();
    return UpdateWatch(client);
  } else {
    if ((event.events & EPOLLOUT) != 0) peer->Writable();
    if ((event.events & EPOLLIN) != 0) peer->Readable();
    UpdateWatch(client);
  }
  if (peer->open() && (peer->looks_at_lanes() || peer->Waits())) Activate(client);
}

// What it asked for last may be half done: this client goes, and nobody else.
void Worker::NoMemory(Client* client) {
  client->peer->Close(ScoreCode::kNoMemory, "the server has no memory to go on with this client");
  UpdateWatch(client);
}

// While a client's answers queue up, its requests wait.
void Worker::UpdateWatch(Client* client) {
  Peer* peer = client->peer.get();
  if (!peer->open()) {
    if (!std::exchange(client->closed, true)) closed_.push_back(peer->id());
    return;
  }
  if (client->watches_output == peer->congested()) return;
  client->watches_output = peer->congested();
  epoll_event event{};
  event.events = client->watches_output ? EPOLLOUT : EPOLLIN;
  event.data.ptr = &client->socket;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, peer->socket(), &event) != 0) CannotWatch(client);
}

void Worker::CannotWatch(Client* client) {
  client->peer->Close(ScoreCode::kBusy, "the system refuses to watch this connection");
  UpdateWatch(client);
}

void Worker::RemoveClosedPeers() {
  for (const std::uint64_t id : closed_) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) continue;
    Client* client = &found->second;
    std::erase(active_, client);
    // Closing would not take the events out of epoll at once: the client holds the same open file
    // of the kick, and the socket is closed on another thread.
    if (client->peer->kick_event() >= 0) {
      epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, client->peer->kick_event(), nullptr);
    }
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, client->peer->socket(), nullptr);
    const PeerEnd end = client->peer->end();
    desk_->PeerGone(end, std::move(client->peer));
    clients_.erase(found);
  }
  closed_.clear();
}

void Worker::HandleMailbox() {
  {
    const std::lock_guard lock(mailbox_mutex_);
    commands_.swap(mailbox_);
  }
  for (WorkerCommand& command : commands_) {
    std::visit(
        [this](auto& c) {
          try {
            Handle(std::move(c));
          } catch (const std::bad_alloc&) {
            if constexpr (requires { Find(c.peer); }) {
              if (Client* client = Find(c.peer)) NoMemory(client);
            }
          }
        },
        command);
  }
  commands_.clear();
}

void Worker::Handle(AddPeer command) {
  Peer* peer = command.peer.get();
  try {
    closed_.reserve(clients_.size() + 1);
    clients_[peer->id()];
  } catch (const std::bad_alloc&) {
    peer->Close(ScoreCode::kNoMemory, "the server has no memory for this client");
    const PeerEnd end = peer->end();
    return desk_->PeerGone(end, std::move(command.peer));
  }
  Client& client = clients_.find(peer->id())->second;
  client.peer = std::move(command.peer);
  client.socket = {Watch::Kind::kSocket, &client};
  client.kick = {Watch::Kind::kKick, &client};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &client.socket;
  bool watched = epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, peer->socket(), &event) == 0;
  if (watched && peer->kick_event() >= 0) {
    event.events = EPOLLIN | EPOLLET;  // never read: an edge is all that is needed
    event.data.ptr = &client.kick;
    watched = epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, peer->kick_event(), &event) == 0;
  }
  if (!watched) return CannotWatch(&client);
  if (draining_) peer->StartDraining();
  UpdateWatch(&client);
}

Worker::Client* Worker::Find(std::uint64_t id) {
  const auto client = clients_.find(id);
  return client == clients_.end() ? nullptr : &client->second;
}

void Worker::Handle(SendReply command) {
  Client* client = Find(command.peer);
  if (client == nullptr) return;
  client->peer->Reply(command.frame);
  UpdateWatch(client);
}

void Worker::Handle(InstallLayout command) {
  Client* client = Find(command.peer);
  if (client == nullptr) {
    return desk_->Discard(std::make_shared<HeldLayout>(std::move(command.held)));
  }
  client->peer->Bound(command.reply, std::move(command.held), &context_);
  UpdateWatch(client);
}

void Worker::Handle(ReplaceLayouts command) {
  for (auto& [id, replacements] : command.of_peers) {
    if (Client* client = Find(id)) client->peer->Replace(std::move(replacements), &context_);
  }
  desk_->Discard(std::make_shared<ReplaceLayouts>(std::move(command)));
}

void Worker::Handle(InstallRing command) {
  Client* client = Find(command.peer);
  if (client == nullptr) {
    return desk_->Discard(std::make_shared<InstallRing>(std::move(command)));
  }
  client->peer->Attached(command.tag, std::move(command.memory));
  UpdateWatch(client);
}

void Worker::Handle(const CutOff& command) {
  if (Client* client = Find(command.peer)) NoMemory(client);
}

void Worker::Handle(const Drain& command) {
  draining_ = true;
  drain_ = command;
  for (auto& [id, client] : clients_) client.peer->StartDraining();
}

void Worker::ContinueDraining() {
  context_.refuses = context_.now_ns >= drain_.refuse_ns;
  for (auto& [id, client] : clients_) {
    if (context_.now_ns < drain_.deadline_ns && !client.peer->Quiet(context_.now_ns)) continue;
    if (client.peer->open()) client.peer->EndDraining(context_.now_ns);
    UpdateWatch(&client);
  }
  RemoveClosedPeers();
  stopped_ = stopped_ || clients_.empty();
}

}  // namespace pillion
