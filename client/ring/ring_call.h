// One request over a lane, from publishing to the answer: spins, then sleeps, never past its
// deadline. Allocates nothing but what an unusually long answer needs.
#pragma once

#include <span>

#include "client/connection/answer_buffer.h"
#include "client/ring/lane_pool.h"

namespace pillion {

// The code is the server's, or kDeadline, kServerGone, kDraining. kTooLarge with the flag
// kAnswerOverSlot: ask over the socket.
// REQUIRES: the lane is held, has a connection, none of its answers is awaited, and the request
// fits its slot.
ScoreCode CallOverRing(Lane* lane, const RequestHead& head, std::span<const std::byte> request,
                       std::uint64_t now_ns, AnswerBuffer* answer) noexcept;

// Waits until the request is answered, the deadline has passed, or the connection has ended.
enum class Waited : std::uint8_t { kAnswered, kDeadline, kServerGone };
Waited WaitForAnswer(Lane* lane, std::uint64_t sequence, std::uint64_t start_ns,
                     std::uint64_t deadline_ns) noexcept;
// The same for the next slot, where a request that was given up still holds it.
// REQUIRES: no answer is awaited in that slot.
Waited WaitForSlot(Lane* lane, std::uint64_t start_ns, std::uint64_t deadline_ns) noexcept;

// What a failed wait means for the call.
constexpr ScoreCode CodeOf(Waited waited) {
  return waited == Waited::kDeadline ? ScoreCode::kDeadline : ScoreCode::kServerGone;
}

}  // namespace pillion
