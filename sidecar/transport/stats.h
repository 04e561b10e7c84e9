// Counters of a worker. Written by its thread alone, read by any.
#pragma once

#include <array>
#include <cstdint>

#include "base/counter.h"
#include "schemas/types/score_code.h"

namespace pillion {

// Answers by their code.
class alignas(64) CodeCounters {
 public:
  static constexpr std::size_t kCodes = 128;

  void Add(ScoreCode code) noexcept { counters_[static_cast<std::size_t>(code) % kCodes].Add(1); }
  std::uint64_t value(std::size_t code) const noexcept { return counters_[code].value(); }

 private:
  std::array<Counter, kCodes> counters_;
};

struct alignas(64) WorkerStats {
  Counter ring_requests;
  Counter socket_requests;
  Counter over_slot;   // ring answers that no slot holds: asked for again over the socket
  Counter violations;  // peers closed for breaking the protocol
  Counter kicks;
  Counter sleeps;
  CodeCounters without_model;  // answers to requests whose layout was not looked at, or unknown
};

}  // namespace pillion
