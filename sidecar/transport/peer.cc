#include "sidecar/transport/peer.h"
#include "schemas/socket/descriptors.h"

#include <algorithm>
#include <cstring>

namespace pillion {
namespace {

constexpr std::uint32_t kTurnRequests = 32;        // a lane's share of a worker's turn
constexpr std::uint32_t kClockEvery = 8;           // requests
constexpr std::uint32_t kTurnReceives = 8;         // a socket's share
constexpr std::uint32_t kControlRequestsMax = 16;  // of one peer at a time
constexpr std::size_t kControlBytesMax = 256 * 1024;
constexpr std::uint64_t kQuietNs = 5'000'000;
constexpr std::size_t kAnswerHeadBytes = sizeof(FrameHeader) + sizeof(AnswerBody);

bool KnownKind(RequestKind kind) {
  return kind == RequestKind::kRow || kind == RequestKind::kBatch;
}

bool Aligned(std::span<const std::byte> bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0;
}

}  // namespace

Peer::Peer(std::uint64_t id, Welcomed welcomed, const TransportOptions& options)
    : id_(id),
      link_(std::move(welcomed.socket), options.message_bytes_max),
      events_(std::move(welcomed.events)),
      layouts_(options.layouts_max) {
  if (welcomed.memory) InstallRing(0, std::move(*welcomed.memory));
}

void Peer::InstallRing(std::size_t ring, ClientMemory memory) {
  if (draining_) memory.SetState(ServerState::kDraining);
  const std::uint32_t lane_count = memory.geometry().lane_count;
  Ring& installed = rings_[ring].emplace(Ring{std::move(memory), {}});
  for (std::uint32_t i = 0; i < lane_count; ++i) {
    installed.lanes.push_back(installed.memory.Lane(i));
    installed.lanes.back().SetParked(true);
  }
}

ScoreResult Peer::Score(const RequestHead& head, std::span<const std::byte> request,
                        std::span<std::byte> response, ServeContext* context) noexcept {
  const LayoutTable::Entry* bound = layouts_.Find(head.layout);
  ScoreResult result;
  if (context->refuses) {
    result.code = ScoreCode::kDraining;
  } else if (head.deadline_ns != 0 && head.deadline_ns < context->now_ns) {
    result.code = ScoreCode::kDeadline;
  } else if (!KnownKind(head.kind)) {
    result.code = ScoreCode::kUnsupported;
  } else if (bound == nullptr) {
    result.code = ScoreCode::kUnknownLayout;
  } else {
    result = bound->layout->ScoreRequest(head.kind, request, response);
    if (result.response_bytes > response.size()) result.code = ScoreCode::kTooLarge;
  }
  (bound != nullptr ? bound->answers : &context->stats->without_model)->Add(result.code);
  return result;
}

std::uint32_t Peer::ServeLane(std::uint32_t index, ServeContext* context) {
  ServerLane& lane = this->lane(index);
  const std::span<std::byte> room = context->response.first(lane.answer_payload_bytes_max());
  RequestHead head;
  std::size_t length = 0;
  std::uint32_t served = 0;
  std::uint32_t over_slot = 0;
  Claim claim = Claim::kNothing;
  while (served < kTurnRequests &&
         (claim = lane.TryClaim(context->request, &head, &length)) == Claim::kRequest) {
    const ScoreResult result = Score(head, context->request.first(length), room, context);
    if (result.response_bytes <= room.size()) {
      lane.Commit({result.code, 0, result.model_version}, room.first(result.response_bytes));
    } else {
      lane.Commit({result.code, kAnswerOverSlot, result.model_version}, {});
      ++over_slot;
    }
    // Slow models make the clock old within a turn.
    if (++served % kClockEvery == 0) context->now_ns = MonotonicNs();
  }
  if (served != 0) {
    const ServerLane::Wake wake = lane.AfterCommits();
    if (wake == ServerLane::Wake::kFutex) lane.WakeFutex();
    if (wake == ServerLane::Wake::kBell) events_->RingBell();
    context->stats->ring_requests.Add(served);
    if (over_slot != 0) context->stats->over_slot.Add(over_slot);
    requests_ += served;
    last_request_ns_ = context->now_ns;
  }
  if (claim == Claim::kViolation) Violation("a request longer than its slot", context);
  return served;
}

void Peer::ReadSocket(ServeContext* context) {
  for (std::uint32_t turn = 0; open_ && !congested() && turn < kTurnReceives; ++turn) {
    if (!link_.Receive()) return HungUp();
    FlushSocket(context);
    if (!link_.more_to_receive()) return;
  }
}

void Peer::FlushSocket(ServeContext* context) {
  if (congested() && !link_.Flush()) HungUp();
  MessageFrame frame;
  while (open_ && !congested()) {
    const FrameBuffer::Status status = link_.Next(&frame);
    if (status == FrameBuffer::Status::kNeedMore) return;
    if (status == FrameBuffer::Status::kTooLarge) return Violation("a frame too large", context);
    HandleFrame(frame, context);
  }
}

void Peer::HandleFrame(const MessageFrame& frame, ServeContext* context) {
  if (frame.header.tag == 0) return Violation("a message without tag", context);
  switch (frame.header.type) {
    case MessageType::kScore: return HandleScore(frame, context);
    case MessageType::kBind:
    case MessageType::kAsk: HandleControl(frame, context); return;
    case MessageType::kAttach: return HandleAttach(frame, context);
    case MessageType::kDetach: return HandleDetach(frame, context);
    case MessageType::kUnbind: {
      UnbindBody body;
      std::span<const std::byte> rest;
      if (!SplitBody(frame.body, &body, &rest)) return Violation("a short UNBIND", context);
      return layouts_.Remove(body.layout);
    }
    default: return Violation("a message of unknown type", context);
  }
}

void Peer::HandleScore(const MessageFrame& frame, ServeContext* context) {
  ScoreBody body;
  std::span<const std::byte> request;
  if (!SplitBody(frame.body, &body, &request)) return Violation("a short SCORE", context);
  if (!Aligned(request)) {
    std::memcpy(context->request.data(), request.data(), request.size());
    request = context->request.first(request.size());
  }
  const RequestHead head{static_cast<RequestKind>(body.kind), body.layout, body.deadline_ns};
  const std::span<std::byte> room = context->response.subspan(kAnswerHeadBytes);
  ScoreResult result = Score(head, request, room, context);
  if (result.response_bytes > room.size()) result.response_bytes = 0;
  const FrameHeader header{static_cast<std::uint32_t>(sizeof(AnswerBody) + result.response_bytes),
                           MessageType::kAnswer, 0, frame.header.tag};
  AnswerBody answer;
  answer.model_version = result.model_version;
  answer.code = static_cast<std::uint8_t>(result.code);
  std::memcpy(context->response.data(), &header, sizeof(header));
  std::memcpy(context->response.data() + sizeof(header), &answer, sizeof(answer));
  Send(context->response.first(kAnswerHeadBytes + result.response_bytes));
  context->stats->socket_requests.Add(1);
  ++requests_;
  last_request_ns_ = context->now_ns;
}

bool Peer::HandleControl(const MessageFrame& frame, ServeContext* context) {
  if (frame.body.size() > kControlBytesMax) {
    Violation("a question too large", context);
    return false;
  }
  if (control_requests_ == kControlRequestsMax) {
    RefuseControl(frame.header.tag, ScoreCode::kBusy, "too many questions at a time");
    return false;
  }
  ++control_requests_;
  context->desk->Submit({context->worker, id_, frame.header.tag, frame.header.type,
                         std::vector<std::byte>(frame.body.begin(), frame.body.end())});
  return true;
}

void Peer::RefuseControl(std::uint64_t tag, ScoreCode code, std::string_view why) {
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kError, tag, CodeBody{static_cast<std::uint8_t>(code), {}},
              Bytes(why));
  Send(frame);
}

void Peer::HandleAttach(const MessageFrame& frame, ServeContext* context) {
  const std::uint64_t tag = frame.header.tag;
  if (!events_) return RefuseControl(tag, ScoreCode::kUnsupported, "no memory is shared");
  const bool full =
      std::all_of(rings_.begin(), rings_.end(), [](const auto& ring) { return ring.has_value(); });
  if (full || attaching_) {
    return RefuseControl(tag, ScoreCode::kBusy, "DETACH another ring first");
  }
  attaching_ = HandleControl(frame, context);
}

void Peer::HandleDetach(const MessageFrame& frame, ServeContext* context) {
  DetachBody body;
  std::span<const std::byte> rest;
  if (!SplitBody(frame.body, &body, &rest)) return Violation("a short DETACH", context);
  if (body.ring >= rings_.size() || !rings_[body.ring]) return;
  rings_[body.ring].reset();
  detached_ = true;
}

void Peer::Attached(std::uint64_t tag, tl::expected<ClientMemory, Refusal> memory) {
  attaching_ = false;
  --control_requests_;
  if (!memory) return RefuseControl(tag, memory.error().code, memory.error().text);
  const auto free = std::find_if(rings_.begin(), rings_.end(),
                                 [](const auto& ring) { return !ring.has_value(); });
  const Geometry& granted = memory->geometry();
  AttachedBody attached;
  attached.ring = static_cast<std::uint16_t>(free - rings_.begin());
  attached.lane_count = granted.lane_count;
  attached.request_slot_bytes = granted.request_slot_bytes;
  attached.answer_slot_bytes = granted.answer_slot_bytes;
  attached.first_sequence = memory->first_sequence();
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kAttached, tag, attached);
  // Before the client has it: it must find the lanes parked.
  InstallRing(attached.ring, std::move(*memory));
  ClientMemory& installed = rings_[attached.ring]->memory;
  // Descriptors cannot wait in a queue behind what the client has not read.
  if (congested() || !SendWithDescriptors(socket(), frame, installed.client_ends())) {
    rings_[attached.ring].reset();
    return RefuseControl(tag, ScoreCode::kBusy, "the client reads too slowly");
  }
  installed.CloseClientEnds();
}

void Peer::Reply(std::span<const std::byte> frame) {
  --control_requests_;
  Send(frame);
}

void Peer::Bound(std::uint64_t tag, Binding binding, CodeCounters* answers) {
  --control_requests_;
  std::vector<std::byte> frame;
  const std::uint16_t layout = layouts_.Add({std::move(binding.layout), answers});
  if (layout == 0) {
    AppendFrame(&frame, MessageType::kError, tag,
                CodeBody{static_cast<std::uint8_t>(ScoreCode::kRefused), {}},
                Bytes("too many layouts are bound on this connection"));
  } else {
    AppendFrame(&frame, MessageType::kBound, tag, BoundBody{layout, 0, binding.answer_bytes_max},
                EncodeLayoutDescription(binding.columns));
  }
  Send(frame);
}

void Peer::StartDraining() {
  draining_ = true;
  for (const std::optional<Ring>& ring : rings_) {
    if (ring) ring->memory.SetState(ServerState::kDraining);
  }
}

void Peer::EndDraining(std::uint64_t now_ns) {
  const bool quiet = Quiet(now_ns);
  Close(ScoreCode::kDraining, "the server is stopping");
  if (!quiet) end_kind_ = PeerEnd::Kind::kCutOff;
}

bool Peer::Quiet(std::uint64_t now_ns) const {
  return now_ns - last_request_ns_ >= kQuietNs && control_requests_ == 0 && !RequestWaits();
}

bool Peer::RequestWaits() const {
  return std::any_of(rings_.begin(), rings_.end(), [](const std::optional<Ring>& ring) {
    return ring && std::any_of(ring->lanes.begin(), ring->lanes.end(),
                               [](const ServerLane& lane) { return lane.HasRequest(); });
  });
}

void Peer::Violation(std::string_view what, ServeContext* context) {
  context->stats->violations.Add(1);
  Close(ScoreCode::kMalformed, what);
  end_kind_ = PeerEnd::Kind::kViolation;
}

void Peer::Close(ScoreCode code, std::string_view why) {
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kError, 0, CodeBody{static_cast<std::uint8_t>(code), {}},
              Bytes(why));
  Send(frame);
  open_ = false;
  end_kind_ = PeerEnd::Kind::kClosed;
  end_why_ = why;
}

void Peer::HungUp() {
  open_ = false;
  const bool lost = RequestWaits() || control_requests_ != 0 || congested();
  end_kind_ = lost ? PeerEnd::Kind::kLost : PeerEnd::Kind::kLeft;
  end_why_ = lost ? "it hung up with requests under way" : "it hung up";
}

PeerEnd Peer::end() const { return {id_, end_kind_, end_why_, requests_}; }

void Peer::Send(std::span<const std::byte> bytes) {
  if (open_ && !link_.Send(bytes)) HungUp();
}

}  // namespace pillion
