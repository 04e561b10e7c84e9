#include "sidecar/transport/peer.h"

#include <algorithm>
#include <new>

#include "schemas/socket/descriptors.h"

namespace pillion {
namespace {

constexpr std::uint32_t kControlRequestsMax = 16;  // of one peer at a time
constexpr std::size_t kControlBytesMax = 256 * 1024;
constexpr std::uint64_t kQuietNs = 5'000'000;

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
      HeldLayout held = layouts_.Remove(body.layout);
      if (held.layout != nullptr) {
        context->desk->Discard(std::make_shared<HeldLayout>(std::move(held)));
      }
      return;
    }
    default: return Violation("a message of unknown type", context);
  }
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
  context->desk->Discard(std::make_shared<Ring>(*std::exchange(rings_[body.ring], std::nullopt)));
  std::erase_if(watched_, [this](const WatchedLane& watched) { return !HasLane(watched.index); });
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

void Peer::Bound(const BoundReply& reply, HeldLayout held, ServeContext* context) {
  --control_requests_;
  const std::uint16_t layout = layouts_.Add(held);
  if (layout == 0) {
    context->desk->Discard(std::make_shared<HeldLayout>(std::move(held)));
    return RefuseControl(reply.tag, ScoreCode::kRefused,
                         "too many layouts are bound on this connection");
  }
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kBound, reply.tag, BoundBody{layout, 0, reply.answer_bytes_max},
              EncodeLayoutDescription(reply.columns));
  Send(frame);
}

void Peer::Replace(std::vector<Replacement> replacements, ServeContext* context) {
  layouts_.Swap(replacements);
  if (job_) {
    const auto running = std::ranges::find(replacements, job_->layout,
                                           [](const Replacement& r) { return r.layout.get(); });
    if (running != replacements.end()) job_->replaced = std::move(running->layout);
  }
  context->desk->Discard(std::make_shared<std::vector<Replacement>>(std::move(replacements)));
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

// Parked lanes too: of their requests the worker may not have heard yet.
bool Peer::RequestWaits() const {
  if (SocketWaits()) return true;
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

void Peer::Close(ScoreCode code, std::string_view why) noexcept {
  try {
    std::vector<std::byte> frame;
    AppendFrame(&frame, MessageType::kError, 0, CodeBody{static_cast<std::uint8_t>(code), {}},
                Bytes(why));
    Send(frame);
  } catch (const std::bad_alloc&) {
    // Then it hears nothing but the end.
  }
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
