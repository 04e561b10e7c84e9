// The bytes of the shared memory between a client and the server, and nothing else: both ends of
// a lane live in shm_ring.h, the handshake that agrees on a Geometry in message.h. PROTOCOL.md
// tells the same to authors of clients in other languages.
//
//   requests (written by the client)          answers (written by the server)
//   +---------------------------------+       +----------------------------------+
//   | lane 0  control        128      |       | header                128        |
//   |         slot 0   request_slot   |       | lane 0  control       128        |
//   |         ...                     |       |         slot 0   answer_slot     |
//   |         slot 63                 |       |         ...                      |
//   | lane 1  control                 |       |         slot 63                  |
//   |         ...                     |       | lane 1  ...                      |
//   +---------------------------------+       +----------------------------------+
//
//   slot      0         8       12    14      16           24                  64
//   request   sequence  length  kind  layout  deadline_ns  payload ........... payload ...
//   answer    sequence  length  model_version  code flags server_ns  payload ... payload ...
//
// All numbers are little-endian. Slots start on pairs of cache lines, because adjacent lines are
// fetched together; the default sizes are odd multiples of that, so that the first lines of a
// lane's slots do not fall into the same few sets of the cache.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace pillion {

static_assert(std::endian::native == std::endian::little);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

inline constexpr std::size_t kCacheLineBytes = 64;
inline constexpr std::size_t kSlotAlignment = 128;
inline constexpr std::uint32_t kLaneSlots = 64;  // a power of two
inline constexpr std::uint32_t kLanesMax = 64;
inline constexpr std::uint32_t kSlotBytesMax = 64 * 1024;
inline constexpr std::size_t kRingBytesMax = 16 << 20;  // that a server grants for one ring

enum class RequestKind : std::uint16_t {
  kRow = 1,    // the payload is one encoded row
  kBatch = 2,  // the payload is a vector of rows
};

// Answer flags.
inline constexpr std::uint8_t kAnswerOverSlot = 1;  // kTooLarge here; ask again over the socket

// Line 0 of a request slot. The server may see any bytes at any time, so each field is loaded
// once, as an atomic.
struct RequestSlot {
  std::atomic<std::uint64_t> sequence;     // stored last; a slot is published by the right number
  std::atomic<std::uint32_t> length;       // payload bytes
  std::atomic<std::uint16_t> kind;         // RequestKind
  std::atomic<std::uint16_t> layout;       // from BOUND
  std::atomic<std::uint64_t> deadline_ns;  // CLOCK_MONOTONIC; 0: none
  std::byte payload[40];                   // goes on in the following lines
};
static_assert(sizeof(RequestSlot) == kCacheLineBytes);
static_assert(offsetof(RequestSlot, length) == 8);
static_assert(offsetof(RequestSlot, kind) == 12);
static_assert(offsetof(RequestSlot, layout) == 14);
static_assert(offsetof(RequestSlot, deadline_ns) == 16);
static_assert(offsetof(RequestSlot, payload) == 24);

// Line 0 of an answer slot. The answer to the request in slot i stands in slot i.
struct AnswerSlot {
  std::atomic<std::uint64_t> sequence;  // the request's number; stored last
  std::atomic<std::uint32_t> length;    // payload bytes
  std::atomic<std::uint32_t> model_version;
  std::atomic<std::uint8_t> code;  // ScoreCode
  std::atomic<std::uint8_t> flags;
  std::byte reserved[2];
  std::atomic<std::uint32_t> server_ns;  // 0: not told
  std::byte payload[40];
};
static_assert(sizeof(AnswerSlot) == kCacheLineBytes);
static_assert(offsetof(AnswerSlot, length) == 8);
static_assert(offsetof(AnswerSlot, model_version) == 12);
static_assert(offsetof(AnswerSlot, code) == 16);
static_assert(offsetof(AnswerSlot, flags) == 17);
static_assert(offsetof(AnswerSlot, server_ns) == 20);
static_assert(offsetof(AnswerSlot, payload) == 24);

inline constexpr std::size_t kSlotHeadBytes = offsetof(RequestSlot, payload);

// Values of RequestLaneControl::sleeper. 1..kLaneSlots: sleeps on the futex of answer slot
// value - 1, whose word is the low half of the slot's sequence.
inline constexpr std::uint32_t kAwake = 0;
inline constexpr std::uint32_t kSleepsOnBell = 0xFFFFFFFFu;  // wants its eventfd rung

struct alignas(kSlotAlignment) RequestLaneControl {
  std::atomic<std::uint32_t> sleeper;
  std::atomic<std::uint32_t> kicked_at;  // low half of CLOCK_MONOTONIC in ns; 0: not told
};
static_assert(offsetof(RequestLaneControl, kicked_at) == 4);
static_assert(sizeof(RequestLaneControl) == kSlotAlignment);

struct alignas(kSlotAlignment) AnswerLaneControl {
  std::atomic<std::uint32_t> parked;  // 1: the server does not look; a request must kick it
};
static_assert(sizeof(AnswerLaneControl) == kSlotAlignment);

enum class ServerState : std::uint32_t { kServing = 0, kDraining = 1 };

struct alignas(kSlotAlignment) AnswersHeader {
  std::atomic<std::uint32_t> state;  // ServerState
};
static_assert(sizeof(AnswersHeader) == kSlotAlignment);

// The sizes that both ends agreed on in the handshake. Every offset is computed here.
struct Geometry {
  std::uint32_t lane_count = 8;
  std::uint32_t request_slot_bytes = 1152;
  std::uint32_t answer_slot_bytes = 384;

  bool operator==(const Geometry&) const = default;

  constexpr bool Valid() const {
    return lane_count >= 1 && lane_count <= kLanesMax && ValidSlot(request_slot_bytes) &&
           ValidSlot(answer_slot_bytes);
  }

  constexpr std::size_t request_payload_bytes_max() const {
    return request_slot_bytes - kSlotHeadBytes;
  }
  constexpr std::size_t answer_payload_bytes_max() const {
    return answer_slot_bytes - kSlotHeadBytes;
  }

  constexpr std::size_t request_lane_bytes() const {
    return sizeof(RequestLaneControl) + std::size_t{kLaneSlots} * request_slot_bytes;
  }
  constexpr std::size_t answer_lane_bytes() const {
    return sizeof(AnswerLaneControl) + std::size_t{kLaneSlots} * answer_slot_bytes;
  }
  constexpr std::size_t request_lane_offset(std::uint32_t lane) const {
    return lane * request_lane_bytes();
  }
  constexpr std::size_t answer_lane_offset(std::uint32_t lane) const {
    return sizeof(AnswersHeader) + lane * answer_lane_bytes();
  }
  constexpr std::size_t requests_bytes() const { return request_lane_offset(lane_count); }
  constexpr std::size_t answers_bytes() const { return answer_lane_offset(lane_count); }
  constexpr std::size_t bytes() const { return requests_bytes() + answers_bytes(); }

 private:
  static constexpr bool ValidSlot(std::uint32_t bytes) {
    return bytes >= kSlotAlignment && bytes <= kSlotBytesMax && bytes % kSlotAlignment == 0;
  }
};
static_assert(Geometry{}.Valid());

constexpr std::uint32_t SlotIndex(std::uint64_t sequence) {
  return static_cast<std::uint32_t>(sequence & (kLaneSlots - 1));
}

}  // namespace pillion
