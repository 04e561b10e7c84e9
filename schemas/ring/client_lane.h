// The client's end of a lane; see shm_ring.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "schemas/ring/slot_head.h"
#include "schemas/ring/waiting.h"

namespace pillion {

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

}  // namespace pillion
