// A peer's turn: requests of its lanes and its socket, one after the other, until the turn's time
// is over. A batch that is not through by then goes on in the next turn, at its next row.
#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "sidecar/transport/peer.h"

namespace pillion {
namespace {

constexpr std::uint64_t kTurnNs = 25'000;
constexpr std::uint64_t kTimedEveryNs = 10'000;
constexpr std::uint32_t kLaneRequests =
    32;  // of one lane before the next; its client is woken then
constexpr std::uint32_t kTurnReceives = 8;
constexpr std::uint64_t kTookNsMax = std::numeric_limits<std::uint32_t>::max();

bool KnownKind(RequestKind kind) {
  return kind == RequestKind::kRow || kind == RequestKind::kBatch;
}

bool Aligned(std::span<const std::byte> bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0;
}

bool IsOver(std::uint64_t deadline_ns, std::uint64_t now_ns) {
  return deadline_ns != 0 && deadline_ns < now_ns;
}

}  // namespace

Peer::Turn Peer::Serve(ServeContext* context) {
  seen_ns_ = std::exchange(looked_ns_, context->now_ns);
  if (!Waits()) return Turn::kNothing;
  BeginTurn(context);
  bool over = job_ && ContinueJob(context);
  const std::size_t sources = watched_.size() + 1;
  for (std::size_t i = 0; i < sources && !over && open_; ++i) {
    const std::size_t source = next_source_;
    next_source_ = source + 1 < sources ? source + 1 : 0;
    // A DETACH may have taken lanes away.
    if (source > watched_.size()) continue;
    over = source == 0 ? ServeSocket(context) : ServeLane(&watched_[source - 1], context);
  }
  context->now_ns = clock_.End();
  timer_.Read(context->now_ns);
  return over ? Turn::kUsedUp : Turn::kServed;
}

// The time of a turn that follows on a wait was read some looks ago: too long for durations. It is
// read again now and then, and counts for the turns in between.
void Peer::BeginTurn(ServeContext* context) noexcept {
  std::uint32_t stands_for = 1;
  if (std::exchange(context->idled, false)) {
    ++context->untimed_turns;
    stands_for = 0;
    if (context->now_ns - context->timed_ns >= kTimedEveryNs) {
      context->now_ns = context->timed_ns = MonotonicNs();
      stands_for = std::exchange(context->untimed_turns, 0);
    }
  }
  clock_.Begin(context->now_ns, kTurnNs);
  timer_.BeginTurn(context->now_ns, stands_for);
}

bool Peer::LaneWaits() const {
  return std::any_of(watched_.begin(), watched_.end(), [this](const WatchedLane& watched) {
    return lane(watched.index).HasRequest();
  });
}

ScoreResult Peer::Score(const RequestHead& head, std::span<const std::byte> request,
                        std::span<std::byte> response, ServeContext* context) noexcept {
  const HeldLayout* bound = layouts_.Find(head.layout);
  ScoreResult result;
  if (context->refuses) {
    result.code = ScoreCode::kDraining;
  } else if (IsOver(head.deadline_ns, clock_.now_ns())) {
    result.code = ScoreCode::kDeadline;
  } else if (!KnownKind(head.kind)) {
    result.code = ScoreCode::kUnsupported;
  } else if (bound == nullptr) {
    result.code = ScoreCode::kUnknownLayout;
  } else {
    timer_.Begin(&bound->counters->durations, clock_.now_ns());
    result = bound->layout->ScoreRequest(head.kind, request, response, clock_);
    if (result.paused) {
      timer_.Drop();
      return result;
    }
    if (result.response_bytes > response.size()) result.code = ScoreCode::kTooLarge;
  }
  (bound != nullptr ? bound->counters->answers : context->stats->without_model).Add(result.code);
  return result;
}

bool Peer::StartJob(const RequestHead& head, std::uint64_t tag, std::uint32_t lane,
                    ServeContext* context) {
  const HeldLayout& bound = *layouts_.Find(head.layout);
  std::unique_ptr<Scratch> scratch = context->scratch->Lend();
  if (scratch == nullptr) {
    bound.counters->answers.Add(ScoreCode::kNoMemory);
    return false;
  }
  job_.emplace(Job{bound.layout.get(), bound.counters, head.deadline_ns, tag, lane, seen_ns_,
                   std::move(scratch), nullptr});
  return true;
}

bool Peer::ContinueJob(ServeContext* context) {
  Job& job = *job_;
  ScoreResult result;
  if (IsOver(job.deadline_ns, clock_.now_ns())) {
    result.code = ScoreCode::kDeadline;
  } else {
    result = job.layout->Continue(clock_);
    if (result.paused) return true;
  }
  std::span<std::byte> room = job.scratch->response();
  room = job.tag != 0 ? room.subspan(Scratch::kAnswerHeadBytes)
                      : room.first(lane(job.lane).answer_payload_bytes_max());
  if (result.response_bytes > room.size()) result.code = ScoreCode::kTooLarge;
  job.counters->answers.Add(result.code);
  if (job.tag != 0) {
    SendAnswer(job.tag, result, *job.scratch, context);
  } else {
    CommitToLane(&lane(job.lane), result, room, job.seen_ns, context);
    CountLaneRequests(1, context);
    WakeLane(&lane(job.lane), context);
  }
  context->scratch->GiveBack(std::move(job.scratch));
  const bool over = clock_.Passes();
  job.counters->durations.Add(clock_.now_ns() - job.seen_ns, 1);
  if (job.replaced != nullptr) context->desk->Discard(std::move(job.replaced));
  job_.reset();
  return over;
}

bool Peer::ServeLane(WatchedLane* watched, ServeContext* context) {
  ServerLane& lane = this->lane(watched->index);
  const std::span<std::byte> bytes = context->scratch->current().request();
  const std::span<std::byte> room =
      context->scratch->current().response().first(lane.answer_payload_bytes_max());
  RequestHead head;
  std::size_t length = 0;
  std::uint32_t served = 0;
  bool over = false;
  Claim claim = Claim::kNothing;
  while (!over && served < kLaneRequests &&
         (claim = lane.TryClaim(bytes, &head, &length)) == Claim::kRequest) {
    ScoreResult result = Score(head, bytes.first(length), room, context);
    over = clock_.Passes();
    if (result.paused) {
      over = true;
      if (StartJob(head, 0, watched->index, context)) break;
      result = {ScoreCode::kNoMemory};
    }
    CommitToLane(&lane, result, room, seen_ns_, context);
    ++served;
  }
  if (served != 0) {
    CountLaneRequests(served, context);
    WakeLane(&lane, context);
    watched->last_request_ns = clock_.now_ns();
  }
  if (claim == Claim::kViolation) Violation("a request longer than its slot", context);
  return over;
}

void Peer::CommitToLane(ServerLane* lane, const ScoreResult& result,
                        std::span<const std::byte> room, std::uint64_t seen_ns,
                        ServeContext* context) {
  AnswerHead head{result.code, 0, result.model_version, 0};
  if (lane->ClientSleeps()) {
    const std::uint64_t took_ns = MonotonicNs() - seen_ns;
    head.server_ns = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(took_ns, 1, kTookNsMax));
  }
  if (result.response_bytes <= room.size()) {
    lane->Commit(head, room.first(result.response_bytes));
  } else {
    head.flags = kAnswerOverSlot;
    lane->Commit(head, {});
    context->stats->over_slot.Add(1);
  }
}

void Peer::CountLaneRequests(std::uint32_t count, ServeContext* context) {
  context->stats->ring_requests.Add(count);
  requests_ += count;
}

void Peer::WakeLane(ServerLane* lane, ServeContext* context) {
  const ServerLane::Wake wake = lane->AfterCommits();
  if (wake != ServerLane::Wake::kNobody) context->woke_client = true;
  if (wake == ServerLane::Wake::kFutex) lane->WakeFutex();
  if (wake == ServerLane::Wake::kBell) events_->RingBell();
  last_request_ns_ = clock_.now_ns();
}

bool Peer::ServeSocket(ServeContext* context) {
  MessageFrame frame;
  for (std::uint32_t receives = 0; !congested();) {
    const FrameBuffer::Status status = link_.Next(&frame);
    frames_wait_ = status == FrameBuffer::Status::kFrame;
    if (status == FrameBuffer::Status::kTooLarge) {
      Violation("a frame too large", context);
      return false;
    }
    if (status == FrameBuffer::Status::kFrame) {
      HandleFrame(frame, context);
      if (!open_) return false;
      const bool passed = clock_.Passes();
      if (job_ || passed) return true;
      continue;
    }
    if (!readable_ || receives++ == kTurnReceives) return false;
    if (!link_.Receive()) {
      HungUp();
      return false;
    }
    readable_ = link_.more_to_receive();
  }
  return false;
}

void Peer::Writable() {
  if (congested() && !link_.Flush()) HungUp();
}

void Peer::HandleScore(const MessageFrame& frame, ServeContext* context) {
  ScoreBody body;
  std::span<const std::byte> request;
  if (!SplitBody(frame.body, &body, &request)) return Violation("a short SCORE", context);
  const Scratch& scratch = context->scratch->current();
  if (!Aligned(request)) {
    std::memcpy(scratch.request().data(), request.data(), request.size());
    request = scratch.request().first(request.size());
  }
  const RequestHead head{static_cast<RequestKind>(body.kind), body.layout, body.deadline_ns};
  ScoreResult result =
      Score(head, request, scratch.response().subspan(Scratch::kAnswerHeadBytes), context);
  if (result.paused) {
    if (StartJob(head, frame.header.tag, 0, context)) return;
    result = {ScoreCode::kNoMemory};
  }
  SendAnswer(frame.header.tag, result, scratch, context);
}

// The answer's payload is in its place in `scratch`.
void Peer::SendAnswer(std::uint64_t tag, ScoreResult result, const Scratch& scratch,
                      ServeContext* context) {
  const std::span<std::byte> response = scratch.response();
  if (result.response_bytes > response.size() - Scratch::kAnswerHeadBytes) {
    result.response_bytes = 0;
  }
  const FrameHeader header{static_cast<std::uint32_t>(sizeof(AnswerBody) + result.response_bytes),
                           MessageType::kAnswer, 0, tag};
  AnswerBody answer;
  answer.model_version = result.model_version;
  answer.code = static_cast<std::uint8_t>(result.code);
  std::memcpy(response.data(), &header, sizeof(header));
  std::memcpy(response.data() + sizeof(header), &answer, sizeof(answer));
  Send(response.first(Scratch::kAnswerHeadBytes + result.response_bytes));
  context->stats->socket_requests.Add(1);
  ++requests_;
  last_request_ns_ = clock_.now_ns();
}

std::uint64_t Peer::WatchLanes(std::uint64_t now_ns) {
  std::uint64_t kicked_ns = 0;
  for (std::uint32_t i = 0; i < kLaneIndices; ++i) {
    if (!HasLane(i) || !lane(i).HasRequest()) continue;
    const auto is_it = [i](const WatchedLane& watched) { return watched.index == i; };
    if (std::any_of(watched_.begin(), watched_.end(), is_it)) continue;
    lane(i).SetParked(false);
    watched_.push_back({i, now_ns});
    kicked_ns = std::max(kicked_ns, now_ns - lane(i).KickedAgo(now_ns));
  }
  looked_ns_ = now_ns;
  return kicked_ns;
}

void Peer::ParkLanes(std::uint64_t since_ns) {
  for (WatchedLane& watched : watched_) {
    watched.parked = watched.last_request_ns <= since_ns;
    if (watched.parked) lane(watched.index).SetParked(true);
  }
}

void Peer::DropParkedLanes() {
  std::erase_if(watched_, [this](WatchedLane& watched) {
    if (!watched.parked) return false;
    ServerLane& lane = this->lane(watched.index);
    if (!lane.HasRequest()) return true;
    lane.SetParked(false);
    watched.parked = false;
    return false;
  });
}

}  // namespace pillion
