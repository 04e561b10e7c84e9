// Many rows over one lane, as many under way as it has slots: each is a request of its own, so
// one that fails leaves the others alone.
#pragma once

#include <cstddef>
#include <span>

#include "client/ring/ring_call.h"

namespace pillion {

// Fills answers[row] for every row; returns how many are kOk. Rows that must go over the socket
// have kTooLarge with the flag kAnswerOverSlot. REQUIRES: head.deadline_ns is set.
std::size_t CallEachOverRing(Lane* lane, const RequestHead& head,
                             std::span<const std::span<const std::byte>> rows,
                             std::span<AnswerBuffer* const> answers);

}  // namespace pillion
