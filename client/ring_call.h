// One request over a lane, from publishing to the answer: spins, then sleeps, never past its
// deadline. Allocates nothing but what an unusually long answer needs.
#pragma once

#include <span>

#include "client/answer_buffer.h"
#include "client/lane_pool.h"

namespace pillion {

// The code is the server's, or kDeadline, kServerGone, kDraining, kBusy (the lane is full of
// requests that were given up and that the server has not answered). kTooLarge with the flag
// kAnswerOverSlot: ask over the socket.
// REQUIRES: the lane is held, has a connection, and the request fits its slot.
ScoreCode CallOverRing(Lane* lane, const RequestHead& head, std::span<const std::byte> request,
                       std::uint64_t now_ns, AnswerBuffer* answer) noexcept;

// Waits until the request is answered, the deadline has passed, or the connection has ended.
enum class Waited : std::uint8_t { kAnswered, kDeadline, kServerGone };
Waited WaitForAnswer(Lane* lane, std::uint64_t sequence, std::uint64_t start_ns,
                     std::uint64_t deadline_ns) noexcept;

}  // namespace pillion
