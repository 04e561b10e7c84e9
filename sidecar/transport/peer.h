// A connected client on the server's side: lanes, layouts, socket. Owned by one worker and used on
// its thread alone. Serves requests of either transport through one path, a turn at a time (when,
// is the worker's to say); passes questions and binds on to the control thread. What breaks the
// protocol closes this peer and nobody else.
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
#include "sidecar/transport/request_timer.h"
#include "sidecar/transport/scratch.h"
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

// What a client is told of a layout that it gets.
struct BoundReply {
  std::uint64_t tag = 0;
  LayoutDescription columns;
  std::uint32_t answer_bytes_max = kAnswerBytesUnbounded;
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

class Peer;

class ControlDesk {
 public:
  virtual ~ControlDesk() = default;
  // All may be called by any worker thread.
  virtual void Submit(ControlRequest request) = 0;
  virtual void PeerGone(PeerEnd end, std::unique_ptr<Peer> peer) = 0;
  // Destroys it on the control thread: giving memory back takes long.
  virtual void Discard(std::shared_ptr<void> rest) = 0;
  virtual void WorkerDone() = 0;
};

// What a worker lends to its peers while they serve.
struct ServeContext {
  std::uint32_t worker = 0;
  ControlDesk* desk = nullptr;
  WorkerStats* stats = nullptr;
  ScratchPool* scratch = nullptr;
  std::uint64_t now_ns = 0;         // some microseconds old at most
  bool refuses = false;             // draining, and the time to finish is over
  bool woke_client = false;         // an answer went to one that slept
  bool idled = false;               // since now_ns was read, it may have waited
  std::uint64_t timed_ns = 0;       // when the clock was last read for the sake of RequestTimer
  std::uint32_t untimed_turns = 0;  // since then, of those that follow on a wait
};

class Peer {
 public:
  Peer(std::uint64_t id, Welcomed welcomed, const TransportOptions& options);

  std::uint64_t id() const { return id_; }
  int socket() const { return link_.fd(); }
  int kick_event() const { return events_ ? events_->kick_event() : -1; }
  bool open() const { return open_; }
  bool congested() const { return link_.congested(); }

  // Serves what waits, until there is nothing or the turn's time is over.
  enum class Turn : std::uint8_t {
    kNothing,  // nothing waited
    kServed,   // within its time
    kUsedUp,   // its time is over, and there may be more
  };
  Turn Serve(ServeContext* context);
  // Serve() would find something.
  bool Waits() const { return SocketWaits() || LaneWaits(); }

  // Lanes that are looked at; of the others the client says when there is a request.
  bool looks_at_lanes() const { return !watched_.empty(); }
  std::size_t watched_lanes() const { return watched_.size(); }
  // After a kick: those that have a request are looked at from here on. When the kick was, as the
  // client says; 0: none of them has.
  std::uint64_t WatchLanes(std::uint64_t now_ns);
  // Parks those whose last request is not younger than `since_ns`. After a full fence,
  // DropParkedLanes() goes on looking at those that have got a request meanwhile.
  void ParkLanes(std::uint64_t since_ns);
  void DropParkedLanes();

  // What epoll says of the socket.
  void Readable() { readable_ = true; }
  void Writable();
  // The client has gone: what it left behind is not served any more.
  void HungUp();

  void Reply(std::span<const std::byte> frame);
  void Bound(const BoundReply& reply, HeldLayout held, ServeContext* context);
  // Those of this client, in the order of their tickets. A batch that is under way ends with the
  // layout that it began with.
  void Replace(std::vector<Replacement> replacements, ServeContext* context);
  void Attached(std::uint64_t tag, tl::expected<ClientMemory, Refusal> memory);

  void StartDraining();
  // Nothing is under way, and nothing came for a while.
  bool Quiet(std::uint64_t now_ns) const;
  // Tells the client why, as far as its socket takes it, and closes. `why` is a literal.
  void Close(ScoreCode code, std::string_view why) noexcept;
  // The drain is over: closes, as one that is cut off if it is not Quiet().
  void EndDraining(std::uint64_t now_ns);
  // REQUIRES: !open().
  PeerEnd end() const;

 private:
  // A batch that outlasted its turn. The client's other requests wait for it.
  struct Job {
    BoundLayout* layout = nullptr;
    ModelCounters* counters = nullptr;
    std::uint64_t deadline_ns = 0;
    std::uint64_t tag = 0;   // of its SCORE; 0: it came by
    std::uint32_t lane = 0;  // this lane
    std::uint64_t seen_ns = 0;
    std::unique_ptr<Scratch> scratch;
    std::unique_ptr<BoundLayout> replaced;  // `layout`, where it is no longer in the table
  };
  struct Ring {
    ClientMemory memory;
    std::vector<ServerLane> lanes;
  };
  struct WatchedLane {
    std::uint32_t index;
    std::uint64_t last_request_ns;
    bool parked = false;
  };

  // Lanes of all rings, each with an index that stays its own for as long as its ring is there.
  static constexpr std::uint32_t kLaneIndices = kRingsMax * kLanesMax;
  bool HasLane(std::uint32_t index) const {
    const auto& ring = rings_[index / kLanesMax];
    return ring && index % kLanesMax < ring->lanes.size();
  }
  ServerLane& lane(std::uint32_t index) {
    return rings_[index / kLanesMax]->lanes[index % kLanesMax];
  }
  const ServerLane& lane(std::uint32_t index) const {
    return rings_[index / kLanesMax]->lanes[index % kLanesMax];
  }

  void BeginTurn(ServeContext* context) noexcept;
  bool SocketWaits() const { return job_ || ((readable_ || frames_wait_) && !link_.congested()); }
  bool LaneWaits() const;
  // All three: whether the turn is over.
  bool ServeLane(WatchedLane* watched, ServeContext* context);
  bool ServeSocket(ServeContext* context);
  bool ContinueJob(ServeContext* context);
  ScoreResult Score(const RequestHead& head, std::span<const std::byte> request,
                    std::span<std::byte> response, ServeContext* context) noexcept;
  // False: there is no memory for that.
  bool StartJob(const RequestHead& head, std::uint64_t tag, std::uint32_t lane,
                ServeContext* context);
  void CommitToLane(ServerLane* lane, const ScoreResult& result, std::span<const std::byte> room,
                    std::uint64_t seen_ns, ServeContext* context);
  void CountLaneRequests(std::uint32_t count, ServeContext* context);
  void WakeLane(ServerLane* lane, ServeContext* context);
  void SendAnswer(std::uint64_t tag, ScoreResult result, const Scratch& scratch,
                  ServeContext* context);
  void HandleFrame(const MessageFrame& frame, ServeContext* context);
  void HandleScore(const MessageFrame& frame, ServeContext* context);
  // False: it is not passed on, and answered already.
  bool HandleControl(const MessageFrame& frame, ServeContext* context);
  void HandleAttach(const MessageFrame& frame, ServeContext* context);
  void HandleDetach(const MessageFrame& frame, ServeContext* context);
  void RefuseControl(std::uint64_t tag, ScoreCode code, std::string_view why);
  void InstallRing(std::size_t ring, ClientMemory memory);
  void Violation(std::string_view what, ServeContext* context);
  bool RequestWaits() const;
  void Send(std::span<const std::byte> bytes);

  std::uint64_t id_;
  SocketLink link_;
  std::optional<ClientEvents> events_;
  std::array<std::optional<Ring>, kRingsMax> rings_;  // [id]
  std::vector<WatchedLane> watched_;
  TurnClock clock_;
  RequestTimer timer_;
  std::size_t next_source_ = 0;  // of the next turn: 0, the socket, or 1 + a place in watched_
  std::optional<Job> job_;
  bool readable_ = false;     // there may be bytes in the socket
  bool frames_wait_ = false;  // there may be a frame in what was received
  bool attaching_ = false;    // a ring is being made
  bool draining_ = false;
  LayoutTable layouts_;
  std::uint32_t control_requests_ = 0;  // under way
  std::uint64_t requests_ = 0;          // answered
  std::uint64_t last_request_ns_ = 0;
  std::uint64_t looked_ns_ = 0;  // when this turn began, or when nothing waited last
  std::uint64_t seen_ns_ = 0;    // requests of this turn came after that, or the server woke then
  bool open_ = true;
  PeerEnd::Kind end_kind_ = PeerEnd::Kind::kLeft;
  std::string_view end_why_;
};

}  // namespace pillion
