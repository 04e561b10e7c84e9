#include "client/c_api/queue.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "client/c_api/handles.h"

namespace pillion {

Queue::~Queue() {
  if (core_->forked()) return;
  for (const Entry& entry : entries_) {
    if (entry.frame) entry.channel->Forget(entry.frame.get());
    if (entry.sequence != 0) lane_->end.Abandon(entry.sequence);
  }
  if (lane_ == nullptr) return;
  lane_->end.WakeUp();
  core_->lanes().Return(lane_);
}

bool Queue::OnRing() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.sequence != 0; });
}

// A lane of the connection of the moment. The old one is kept until what is on it has ended.
bool Queue::EnsureLane() {
  if (lane_ != nullptr) {
    if (!OnRing()) core_->lanes().Renew(lane_);
    const Connection* connection = lane_->connection.get();
    if (connection != nullptr && !connection->dead() && lane_->generation == core_->generation()) {
      return true;
    }
    if (OnRing()) return false;
    core_->lanes().Return(std::exchange(lane_, nullptr));
  }
  if (core_->transport() != ClientCore::Transport::kSharedMemory) return false;
  std::uint64_t now_ns = MonotonicNs();
  lane_ = core_->lanes().Take(now_ns, &now_ns);
  return lane_ != nullptr && lane_->connection != nullptr;
}

ScoreCode Queue::Submit(const BoundModel& model, RequestKind kind,
                        std::span<const std::byte> request, std::uint64_t timeout_ns,
                        const Completion& completion) {
  ClientCore::Prepared call;
  const std::uint64_t now_ns = MonotonicNs();
  const std::uint64_t deadline_ns = DeadlineAfter(now_ns, timeout_ns);
  if (!core_->Prepare(model, kind, now_ns, deadline_ns, &call)) return call.code;
  if (entries_.size() == kLaneSlots) return ScoreCode::kBusy;
  Entry entry{completion, &model, call, 0, &completion.answer->buffer, 0, nullptr, nullptr};
  if (!core_->FitsLane(model, request.size())) {
    const ScoreCode code = SubmitWithoutLane(request, &entry);
    if (code == ScoreCode::kOk) entries_.push_back(std::move(entry));
    return code;
  }
  if (!EnsureLane()) return ScoreCode::kBusy;
  if (lane_->generation != call.generation) return ScoreCode::kServerGone;
  if (request.size() > lane_->end.request_payload_bytes_max()) return ScoreCode::kBusy;
  if (lane_->ring->draining()) return ScoreCode::kDraining;
  entry.sequence = lane_->end.TrySubmit(call.head, request);
  if (entry.sequence == 0) return ScoreCode::kBusy;
  lane_->KickIfAsleep();
  entries_.push_back(std::move(entry));
  return ScoreCode::kOk;
}

ScoreCode Queue::SubmitWithoutLane(std::span<const std::byte> request, Entry* entry) {
  const ClientCore::Prepared& call = entry->call;
  if (entry->model->in_process() != nullptr) {  // ends here, and is reported by the next poll
    core_->ScoreInProcess(*entry->model, call, request, entry->answer);
    return ScoreCode::kOk;
  }
  entry->request_bytes = request.size();
  entry->channel = core_->channel();
  if (!entry->channel || core_->generation() != call.generation) return ScoreCode::kServerGone;
  const ScoreBody body{call.head.layout, static_cast<std::uint16_t>(call.head.kind), 0,
                       call.head.deadline_ns};
  entry->frame = std::make_unique<AwaitedFrame>();
  return entry->channel->Send(MessageType::kScore, std::as_bytes(std::span(&body, 1)), request,
                              call.head.deadline_ns, entry->frame.get());
}

// The answer fits no slot: asks for it over the socket. True if that is not possible.
bool Queue::SendAgain(Entry* entry) {
  const std::uint64_t sequence = std::exchange(entry->sequence, 0);
  const ScoreCode code = SubmitWithoutLane(lane_->end.Sent(sequence), entry);
  lane_->end.Consume(sequence);
  if (code == ScoreCode::kOk) return false;
  entry->frame.reset();
  entry->answer->Fail(code);
  return true;
}

bool Queue::EndOnRing(Entry* entry, std::uint64_t now_ns) {
  if (lane_->end.Answered(entry->sequence)) {
    std::span<const std::byte> payload;
    const AnswerHead head = lane_->end.Read(entry->sequence, &payload);
    if ((head.flags & kAnswerOverSlot) != 0) return SendAgain(entry);
    entry->answer->Assign(head, payload);
    lane_->end.Consume(entry->sequence);
    entry->completion.answer->bound->SetOverSocket(false);
  } else if (lane_->connection->dead() || now_ns >= entry->call.head.deadline_ns) {
    entry->answer->Fail(lane_->connection->dead() ? ScoreCode::kServerGone : ScoreCode::kDeadline);
    lane_->end.Abandon(entry->sequence);
  } else {
    return false;
  }
  ClientCore::CountOverRing(lane_, *entry->answer);
  return true;
}

bool Queue::EndOnSocket(Entry* entry, std::uint64_t now_ns) {
  if (!entry->frame) return true;  // scored in process
  const ScoreCode code = entry->channel->Await(entry->frame.get(), 0);
  if (code == ScoreCode::kDeadline && now_ns < entry->call.head.deadline_ns) return false;
  if (code != ScoreCode::kOk) {
    entry->channel->Forget(entry->frame.get());
    entry->answer->Fail(code);
  } else {
    AssignAnswer(*entry->frame, entry->answer);
  }
  core_->CountOverSocket(*entry->completion.answer->bound, entry->call.head.kind,
                         entry->request_bytes, *entry->answer);
  return true;
}

bool Queue::End(Entry* entry, std::uint64_t now_ns) {
  if (!(entry->sequence != 0 ? EndOnRing(entry, now_ns) : EndOnSocket(entry, now_ns))) return false;
  if (entry->answer->head.code == ScoreCode::kSchemaChanged) core_->SchemaChanged(entry->model);
  return true;
}

void Queue::Poll(std::size_t capacity, std::vector<Completion>* completions) {
  if (core_->forked()) return;
  if (lane_ != nullptr) lane_->end.WakeUp();
  const std::uint64_t now_ns = MonotonicNs();
  std::erase_if(entries_, [&](Entry& entry) {
    if (capacity == 0 || !End(&entry, now_ns)) return false;
    completions->push_back(entry.completion);
    --capacity;
    return true;
  });
}

bool Queue::AnyEnded() {
  const std::uint64_t now_ns = MonotonicNs();
  for (const Entry& entry : entries_) {
    if (now_ns >= entry.call.head.deadline_ns) return true;
    if (entry.sequence == 0) {
      if (!entry.frame) return true;
      if (entry.channel->Await(entry.frame.get(), 0) != ScoreCode::kDeadline) return true;
    } else if (lane_->end.Answered(entry.sequence) || lane_->connection->dead()) {
      return true;
    }
  }
  return false;
}

void Queue::Wait(std::uint64_t timeout_ns) {
  if (core_->forked() || entries_.empty() || AnyEnded()) return;
  const std::uint64_t now_ns = MonotonicNs();
  std::uint64_t until_ns = DeadlineAfter(now_ns, timeout_ns);
  for (const Entry& entry : entries_) until_ns = std::min(until_ns, entry.call.head.deadline_ns);
  // A lane is answered in order, so the oldest is the one to wait for. Where some went over the
  // socket too, look at both in turn.
  const bool both = OnRing() && std::any_of(entries_.begin(), entries_.end(),
                                            [](const Entry& e) { return e.sequence == 0; });
  constexpr std::uint64_t kTurnNs = 100'000;
  do {
    const std::uint64_t turn_ns = both ? std::min(until_ns, MonotonicNs() + kTurnNs) : until_ns;
    const Entry& oldest = entries_.front();
    if (oldest.sequence != 0) {
      WaitForAnswer(lane_, oldest.sequence, MonotonicNs(), turn_ns);
    } else {
      oldest.channel->Await(oldest.frame.get(), turn_ns);
    }
  } while (MonotonicNs() < until_ns && !AnyEnded());
}

int Queue::Descriptor() {
  if (core_->forked()) return -1;
  if (!EnsureLane()) {
    if (core_->engine() != nullptr) {  // nobody writes to it: what is submitted has ended
      if (!watch_) watch_.Reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
      return watch_.get();
    }
    const auto channel = core_->channel();
    return channel ? channel->socket() : -1;
  }
  // Answers come by the ring, and those that fit no slot by the socket.
  if (std::exchange(watched_generation_, lane_->generation) != lane_->generation) {
    watch_.Reset(epoll_create1(EPOLL_CLOEXEC));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;  // what nobody reads must not make it readable for ever
    epoll_ctl(watch_.get(), EPOLL_CTL_ADD, lane_->connection->bell(), &event);
    epoll_ctl(watch_.get(), EPOLL_CTL_ADD, lane_->connection->socket(), &event);
  }
  return watch_.get();
}

bool Queue::Arm() {
  if (core_->forked()) return false;
  std::array<epoll_event, 2> seen;
  if (watch_ && core_->engine() == nullptr)
    epoll_wait(watch_.get(), seen.data(), static_cast<int>(seen.size()), 0);
  if (OnRing()) {
    std::array<std::byte, 64> rings;
    while (recv(lane_->connection->bell(), rings.data(), rings.size(), MSG_DONTWAIT) > 0) {
    }
    lane_->end.AboutToSleep(entries_.front().sequence, true);
  }
  if (!AnyEnded()) return true;
  if (lane_ != nullptr) lane_->end.WakeUp();
  return false;
}

}  // namespace pillion
