// The server's end of a lane; see shm_ring.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "schemas/ring/slot_head.h"
#include "schemas/ring/waiting.h"

namespace pillion {

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
