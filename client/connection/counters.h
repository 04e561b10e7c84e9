// What a client counts. A lane's counters are written by the thread that holds the lane.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/counter.h"

namespace pillion {

struct LaneCounters {
  Counter calls;
  Counter failures;  // other codes than kOk
  Counter deadlines;
  Counter sleeps;
  Counter kicks;
};

struct SharedCounters {
  std::atomic<std::uint64_t> socket_calls{0};
  std::atomic<std::uint64_t> socket_failures{0};
  std::atomic<std::uint64_t> socket_deadlines{0};
  std::atomic<std::uint64_t> socket_overflows{0};  // calls whose row or answer fits no slot
  std::atomic<std::uint64_t> lane_deadlines{0};    // calls that waited for a lane in vain
  std::atomic<std::uint64_t> unconnected{0};       // calls that met no server
  std::atomic<std::uint64_t> connects{0};
};

}  // namespace pillion
