// Both ends of a lane, as handles over raw shared memory. A lane carries requests of one client
// thread to one server thread: 64 slots each way, the answer at the request's index. There is no
// shared head or tail; each end keeps its cursor private and only tests whether a slot holds the
// sequence number that it expects. Neither end allocates, locks, makes a system call or throws.
//
// Invariants
//  1. A slot is published by its sequence number alone, stored last.
//  2. The client reuses request slot i only after it saw the answer to the slot's last request.
//  3. The server loads each shared field once and copies the payload once, with a clamped length;
//     it decides on the copies.
//  4. Each shared word has one writer.
//  5. Going to sleep and publishing are each followed by a full fence before the look at the
//     other side's word, so at least one of the two sees the other.
//
// One thread at a time may use a handle.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "schemas/ring/shm_layout.h"
#include "schemas/ring/waiting.h"
#include "schemas/types/score_code.h"

namespace pillion {

// What stands before a request's payload, in either transport.
struct RequestHead {
  RequestKind kind = RequestKind::kRow;
  std::uint16_t layout = 0;
  std::uint64_t deadline_ns = 0;  // CLOCK_MONOTONIC; 0: none
};

struct AnswerHead {
  ScoreCode code = ScoreCode::kInternal;
  std::uint8_t flags = 0;
  std::uint32_t model_version = 0;
  // How long the server, awake, had the request: what its client would have waited. Told to those
  // that sleep; 0: not told.
  std::uint32_t server_ns = 0;
};

namespace internal {

// Writes the payload of a slot, line 0 last: the other end polls line 0, and would steal it
// between two stores. Measured 7 % faster than front to back at 256 bytes.
inline void WritePayload(std::byte* payload, std::span<const std::byte> bytes) noexcept {
  constexpr std::size_t kFirst = kCacheLineBytes - kSlotHeadBytes;
  if (bytes.size() > kFirst) {
    std::memcpy(payload + kFirst, bytes.data() + kFirst, bytes.size() - kFirst);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    std::memcpy(payload, bytes.data(), kFirst);
  } else if (!bytes.empty()) {
    std::memcpy(payload, bytes.data(), bytes.size());
  }
}

}  // namespace internal

class ClientLane {
 public:
  ClientLane() = default;
  // `requests` and `answers` point at this lane's control words. The memory outlives the handle.
  ClientLane(std::byte* requests, const std::byte* answers, const Geometry& geometry,
             std::uint64_t first_sequence)
      : control_(reinterpret_cast<RequestLaneControl*>(requests)),
        server_(reinterpret_cast<const AnswerLaneControl*>(answers)),
        request_slots_(requests + sizeof(RequestLaneControl)),
        answer_slots_(answers + sizeof(AnswerLaneControl)),
        request_slot_bytes_(geometry.request_slot_bytes),
        answer_slot_bytes_(geometry.answer_slot_bytes),
        next_(first_sequence) {}

  std::size_t request_payload_bytes_max() const { return request_slot_bytes_ - kSlotHeadBytes; }

  // Whether the next slot is free. kAbandoned: once Answered(slot_holder()).
  enum class NextSlot : std::uint8_t { kFree, kPending, kAbandoned };
  NextSlot next_slot() noexcept {
    const std::uint64_t bit = Bit(next_);
    if ((pending_ & bit) != 0) return NextSlot::kPending;
    if ((abandoned_ & bit) == 0) return NextSlot::kFree;
    if (!Answered(slot_holder())) return NextSlot::kAbandoned;
    abandoned_ &= ~bit;
    return NextSlot::kFree;
  }
  std::uint64_t slot_holder() const noexcept { return next_ - kLaneSlots; }

  // Publishes a request and returns its sequence number; 0 if the next slot is not free.
  // REQUIRES: bytes.size() <= request_payload_bytes_max().
  std::uint64_t TrySubmit(const RequestHead& head, std::span<const std::byte> bytes) noexcept {
    if (next_slot() != NextSlot::kFree) return 0;
    RequestSlot& slot = Request(next_);
    internal::WritePayload(slot.payload, bytes);
    slot.length.store(static_cast<std::uint32_t>(bytes.size()), std::memory_order_relaxed);
    slot.kind.store(static_cast<std::uint16_t>(head.kind), std::memory_order_relaxed);
    slot.layout.store(head.layout, std::memory_order_relaxed);
    slot.deadline_ns.store(head.deadline_ns, std::memory_order_relaxed);
    slot.sequence.store(next_, std::memory_order_release);  // SYNC: request
    pending_ |= Bit(next_);
    return next_++;
  }

  // After one or more submits: true if the server sleeps and has to be kicked, which is to follow.
  bool MustKick() noexcept {
    FullFence();  // SYNC: server-parked
    if (server_->parked.load(std::memory_order_relaxed) == 0) return false;
    control_->kicked_at.store(static_cast<std::uint32_t>(MonotonicNs()) | 1,
                              std::memory_order_relaxed);
    return true;
  }

  bool Answered(std::uint64_t sequence) const noexcept {
    return Answer(sequence).sequence.load(std::memory_order_acquire) == sequence;  // SYNC: answer
  }

  // REQUIRES: Answered(sequence). The payload stays valid until Consume(sequence).
  AnswerHead Read(std::uint64_t sequence, std::span<const std::byte>* payload) const noexcept {
    const AnswerSlot& slot = Answer(sequence);
    AnswerHead head;
    head.code = static_cast<ScoreCode>(slot.code.load(std::memory_order_relaxed));
    head.flags = slot.flags.load(std::memory_order_relaxed);
    head.model_version = slot.model_version.load(std::memory_order_relaxed);
    head.server_ns = ServerNs(sequence);
    const std::size_t length = slot.length.load(std::memory_order_relaxed);
    *payload = {slot.payload, std::min(length, answer_slot_bytes_ - kSlotHeadBytes)};
    return head;
  }

  // REQUIRES: Answered(sequence), not consumed. AnswerHead::server_ns.
  std::uint32_t ServerNs(std::uint64_t sequence) const noexcept {
    return Answer(sequence).server_ns.load(std::memory_order_relaxed);
  }

  // What was sent. Valid until Consume(sequence).
  std::span<const std::byte> Sent(std::uint64_t sequence) const noexcept {
    return {Request(sequence).payload, Request(sequence).length.load(std::memory_order_relaxed)};
  }

  // The answer has been read: its slot may be used again.
  void Consume(std::uint64_t sequence) noexcept { pending_ &= ~Bit(sequence); }

  // Nobody waits for the answer any more. The slot stays taken until the answer is there, so a
  // late answer is never taken for a new one.
  void Abandon(std::uint64_t sequence) noexcept {
    pending_ &= ~Bit(sequence);
    abandoned_ |= Bit(sequence);
  }

  // Says that this end will sleep, on one slot's futex or on the bell. Returns true if the answer
  // is there already; then, and after each sleep, WakeUp().
  bool AboutToSleep(std::uint64_t sequence, bool on_bell = false) noexcept {
    control_->sleeper.store(on_bell ? kSleepsOnBell : SlotIndex(sequence) + 1,
                            std::memory_order_relaxed);
    FullFence();  // SYNC: client-sleeping
    return Answered(sequence);
  }
  void WakeUp() noexcept { control_->sleeper.store(kAwake, std::memory_order_relaxed); }

  // REQUIRES: AboutToSleep(sequence) returned false.
  void Sleep(std::uint64_t sequence, std::uint64_t deadline_ns) const noexcept {
    const AnswerSlot& slot = Answer(sequence);
    const std::uint64_t seen = slot.sequence.load(std::memory_order_acquire);
    if (seen == sequence) return;
    FutexWait(FutexWord(slot.sequence), static_cast<std::uint32_t>(seen), deadline_ns);
  }

  // Wakes a thread that sleeps in Sleep(), whatever the server does. May be called by another
  // thread than the lane's.
  void Interrupt() const noexcept {
    const std::uint32_t sleeper = control_->sleeper.load(std::memory_order_relaxed);
    if (sleeper == kAwake || sleeper > kLaneSlots) return;
    FutexWakeAll(FutexWord(Answer(sleeper - 1).sequence));
  }

  std::uint64_t pending() const noexcept { return pending_; }  // bit per slot

 private:
  static std::uint64_t Bit(std::uint64_t sequence) { return 1ull << SlotIndex(sequence); }
  RequestSlot& Request(std::uint64_t sequence) const noexcept {
    return *reinterpret_cast<RequestSlot*>(request_slots_ +
                                           SlotIndex(sequence) * request_slot_bytes_);
  }
  const AnswerSlot& Answer(std::uint64_t sequence) const noexcept {
    return *reinterpret_cast<const AnswerSlot*>(answer_slots_ +
                                                SlotIndex(sequence) * answer_slot_bytes_);
  }

  RequestLaneControl* control_ = nullptr;
  const AnswerLaneControl* server_ = nullptr;
  std::byte* request_slots_ = nullptr;
  const std::byte* answer_slots_ = nullptr;
  std::size_t request_slot_bytes_ = 0;
  std::size_t answer_slot_bytes_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t pending_ = 0;    // submitted, answer not consumed
  std::uint64_t abandoned_ = 0;  // given up, answer not seen
};

enum class Claim : std::uint8_t {
  kNothing,    // no new request
  kRequest,    // one was copied
  kViolation,  // the slot breaks the protocol: end this connection
};

class ServerLane {
 public:
  ServerLane() = default;
  // `requests` may be mapped read-only. The memory outlives the handle.
  ServerLane(const std::byte* requests, std::byte* answers, const Geometry& geometry,
             std::uint64_t first_sequence)
      : client_(reinterpret_cast<const RequestLaneControl*>(requests)),
        control_(reinterpret_cast<AnswerLaneControl*>(answers)),
        request_slots_(requests + sizeof(RequestLaneControl)),
        answer_slots_(answers + sizeof(AnswerLaneControl)),
        request_slot_bytes_(geometry.request_slot_bytes),
        answer_slot_bytes_(geometry.answer_slot_bytes),
        next_(first_sequence),
        woken_(first_sequence) {}

  std::size_t request_payload_bytes_max() const { return request_slot_bytes_ - kSlotHeadBytes; }
  std::size_t answer_payload_bytes_max() const { return answer_slot_bytes_ - kSlotHeadBytes; }

  bool HasRequest() const noexcept {
    return Request(next_).sequence.load(std::memory_order_acquire) == next_;  // SYNC: request
  }

  // Copies the next request, if there is one, to the start of `buffer`; `length` says how much.
  // Each claimed request is committed before the next claim.
  // REQUIRES: buffer.size() >= request_payload_bytes_max().
  Claim TryClaim(std::span<std::byte> buffer, RequestHead* head, std::size_t* length) noexcept {
    if (!HasRequest()) return Claim::kNothing;
    const RequestSlot& slot = Request(next_);
    const std::size_t claimed = slot.length.load(std::memory_order_relaxed);
    if (claimed > request_payload_bytes_max()) return Claim::kViolation;
    head->kind = static_cast<RequestKind>(slot.kind.load(std::memory_order_relaxed));
    head->layout = slot.layout.load(std::memory_order_relaxed);
    head->deadline_ns = slot.deadline_ns.load(std::memory_order_relaxed);
    *length = claimed;
    if (claimed != 0) std::memcpy(buffer.data(), slot.payload, claimed);
    // The compiler must not read the slot again where the copy is meant.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    Prefetch(Request(next_ + 1), claimed);
    return Claim::kRequest;
  }

  // Answers the claimed request. REQUIRES: bytes.size() <= answer_payload_bytes_max().
  void Commit(const AnswerHead& head, std::span<const std::byte> bytes) noexcept {
    AnswerSlot& slot = Answer(next_);
    internal::WritePayload(slot.payload, bytes);
    slot.length.store(static_cast<std::uint32_t>(bytes.size()), std::memory_order_relaxed);
    slot.model_version.store(head.model_version, std::memory_order_relaxed);
    slot.code.store(static_cast<std::uint8_t>(head.code), std::memory_order_relaxed);
    slot.flags.store(head.flags, std::memory_order_relaxed);
    slot.server_ns.store(head.server_ns, std::memory_order_relaxed);
    slot.sequence.store(next_, std::memory_order_release);  // SYNC: answer
    ++next_;
  }

  // The client sleeps on an answer, or is about to. A hint.
  bool ClientSleeps() const noexcept {
    const std::uint32_t sleeper = client_->sleeper.load(std::memory_order_relaxed);
    return sleeper != kAwake && sleeper != kSleepsOnBell;
  }
  // How long before `now_ns` the client kicked last, in ns, as it says; modulo 2^32. 0: it does not
  // say.
  std::uint32_t KickedAgo(std::uint64_t now_ns) const noexcept {
    const std::uint32_t kicked_at = client_->kicked_at.load(std::memory_order_relaxed);
    return kicked_at == 0 ? 0 : static_cast<std::uint32_t>(now_ns) - kicked_at;
  }

  enum class Wake : std::uint8_t { kNobody, kFutex, kBell };

  // After one or more commits: whom to wake. For kFutex the caller calls WakeFutex().
  Wake AfterCommits() noexcept {
    FullFence();  // SYNC: client-sleeping
    const std::uint32_t sleeper = client_->sleeper.load(std::memory_order_relaxed);
    const std::uint64_t first = std::exchange(woken_, next_);
    if (sleeper == kAwake) return Wake::kNobody;
    if (sleeper == kSleepsOnBell) return Wake::kBell;
    if (sleeper > kLaneSlots) return Wake::kNobody;
    // Only the slots of these commits: an earlier one was looked at after its own commit.
    if (((sleeper - 1 - first) & (kLaneSlots - 1)) >= next_ - first) return Wake::kNobody;
    sleeper_slot_ = sleeper - 1;
    return Wake::kFutex;
  }
  void WakeFutex() const noexcept { FutexWakeAll(FutexWord(Answer(sleeper_slot_).sequence)); }

  // Parks the lane: from here on the client kicks. The caller then fences once for all the lanes
  // that it parks, and looks whether each still HasRequest() == false; if not, it unparks.
  void SetParked(bool parked) noexcept {
    control_->parked.store(parked ? 1 : 0, std::memory_order_relaxed);  // SYNC: server-parked
  }

  std::uint64_t next() const noexcept { return next_; }

 private:
  // Fetches the lines that a request of about the same size fills. The index is masked, so this
  // stays inside the lane.
  static void Prefetch(const RequestSlot& slot, std::size_t payload_bytes) noexcept {
    const auto* line = reinterpret_cast<const std::byte*>(&slot);
    const std::size_t bytes = std::min<std::size_t>(kSlotHeadBytes + payload_bytes, 512);
    for (std::size_t at = 0; at < bytes; at += kCacheLineBytes) __builtin_prefetch(line + at);
  }
  const RequestSlot& Request(std::uint64_t sequence) const noexcept {
    return *reinterpret_cast<const RequestSlot*>(request_slots_ +
                                                 SlotIndex(sequence) * request_slot_bytes_);
  }
  AnswerSlot& Answer(std::uint64_t sequence) const noexcept {
    return *reinterpret_cast<AnswerSlot*>(answer_slots_ + SlotIndex(sequence) * answer_slot_bytes_);
  }

  const RequestLaneControl* client_ = nullptr;
  AnswerLaneControl* control_ = nullptr;
  const std::byte* request_slots_ = nullptr;
  std::byte* answer_slots_ = nullptr;
  std::size_t request_slot_bytes_ = 0;
  std::size_t answer_slot_bytes_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t woken_ = 0;  // commits before this one have been looked at for sleepers
  std::uint32_t sleeper_slot_ = 0;
};

}  // namespace pillion
