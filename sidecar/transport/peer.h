// A connected client on the server's side: lanes, layouts, socket. Owned by one worker and used on
// its thread alone. Serves requests of either transport through one path; passes questions and
// binds on to the control thread. What breaks the protocol closes this peer and nobody else.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "sidecar/serving/scorer.h"
#include "sidecar/transport/client_memory.h"
#include "sidecar/transport/layout_table.h"
#include "sidecar/transport/options.h"
#include "sidecar/transport/socket_link.h"
#include "sidecar/transport/stats.h"

namespace pillion {

// Work that may take long or allocate: done by the control thread, answered by a worker command.
struct ControlRequest {
  std::uint32_t worker = 0;
  std::uint64_t peer = 0;
  std::uint64_t tag = 0;
  MessageType type{};  // kBind, kAsk or kAttach
  std::vector<std::byte> body;
};

// How a client's connection ended.
struct PeerEnd {
  enum class Kind : std::uint8_t {
    kLeft,       // it hung up, with nothing under way
    kLost,       // it hung up although requests were under way
    kViolation,  // it broke the protocol
    kClosed,     // the server closed it for a reason of its own
    kCutOff,     // a drain's time was over before its requests were answered
  };
  std::uint64_t peer = 0;
  Kind kind = Kind::kLeft;
  std::string_view why;  // a literal
  std::uint64_t requests = 0;
};

class ControlDesk {
 public:
  virtual ~ControlDesk() = default;
  // All may be called by any worker thread.
  virtual void Submit(ControlRequest request) = 0;
  virtual void PeerGone(PeerEnd end) = 0;
  virtual void WorkerDone() = 0;
};

// What a worker lends to its peers while they serve.
struct ServeContext {
  std::uint32_t worker = 0;
  ControlDesk* desk = nullptr;
  WorkerStats* stats = nullptr;
  std::span<std::byte> request;   // scratch, on 8 bytes, message_bytes_max
  std::span<std::byte> response;  // scratch, on 8 bytes, message_bytes_max and a frame's head
  std::uint64_t now_ns = 0;       // some microseconds old at most
  bool refuses = false;           // draining, and the time to finish is over
};

class Peer {
 public:
  Peer(std::uint64_t id, Welcomed welcomed, const TransportOptions& options);

  std::uint64_t id() const { return id_; }
  int socket() const { return link_.fd(); }
  int kick_event() const { return events_ ? events_->kick_event() : -1; }
  bool open() const { return open_; }
  bool congested() const { return link_.congested(); }

  // Lanes of all rings, each with an index that stays its own for as long as its ring is there.
  static constexpr std::uint32_t kLaneIndices = kRingsMax * kLanesMax;
  bool HasLane(std::uint32_t index) const {
    const auto& ring = rings_[index / kLanesMax];
    return ring && index % kLanesMax < ring->lanes.size();
  }
  // REQUIRES: HasLane(index).
  ServerLane& lane(std::uint32_t index) {
    return rings_[index / kLanesMax]->lanes[index % kLanesMax];
  }
  // Answers what waits in the lane, up to a fair share. Returns how many.
  std::uint32_t ServeLane(std::uint32_t index, ServeContext* context);

  // The socket is readable, or writable again.
  void ReadSocket(ServeContext* context);
  void FlushSocket(ServeContext* context);

  void Reply(std::span<const std::byte> frame);
  // `answers` outlives the peer.
  void Bound(std::uint64_t tag, Binding binding, CodeCounters* answers);
  void Attached(std::uint64_t tag, tl::expected<ClientMemory, Refusal> memory);
  // Whether lanes have gone since the last time.
  bool TakeDetached() { return std::exchange(detached_, false); }

  void StartDraining();
  // Nothing is under way, and nothing came for a while.
  bool Quiet(std::uint64_t now_ns) const;
  // Tells the client why, as far as its socket takes it, and closes. `why` is a literal.
  void Close(ScoreCode code, std::string_view why);
  // The drain is over: closes, as one that is cut off if it is not Quiet().
  void EndDraining(std::uint64_t now_ns);
  // REQUIRES: !open().
  PeerEnd end() const;

 private:
  ScoreResult Score(const RequestHead& head, std::span<const std::byte> request,
                    std::span<std::byte> response, ServeContext* context) noexcept;
  void HandleFrame(const MessageFrame& frame, ServeContext* context);
  void HandleScore(const MessageFrame& frame, ServeContext* context);
  // False: it is not passed on, and answered already.
  bool HandleControl(const MessageFrame& frame, ServeContext* context);
  void HandleAttach(const MessageFrame& frame, ServeContext* context);
  void HandleDetach(const MessageFrame& frame, ServeContext* context);
  void RefuseControl(std::uint64_t tag, ScoreCode code, std::string_view why);
  void InstallRing(std::size_t ring, ClientMemory memory);
  void Violation(std::string_view what, ServeContext* context);
  void HungUp();
  bool RequestWaits() const;
  void Send(std::span<const std::byte> bytes);

  struct Ring {
    ClientMemory memory;
    std::vector<ServerLane> lanes;
  };

  std::uint64_t id_;
  SocketLink link_;
  std::optional<ClientEvents> events_;
  std::array<std::optional<Ring>, kRingsMax> rings_;  // [id]
  bool attaching_ = false;                            // a ring is being made
  bool detached_ = false;
  bool draining_ = false;
  LayoutTable layouts_;
  std::uint32_t control_requests_ = 0;  // under way
  std::uint64_t requests_ = 0;          // answered
  std::uint64_t last_request_ns_ = 0;
  bool open_ = true;
  PeerEnd::Kind end_kind_ = PeerEnd::Kind::kLeft;
  std::string_view end_why_;
};

}  // namespace pillion
