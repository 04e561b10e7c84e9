// How long to wait before the next attempt to connect.
#pragma once

#include <algorithm>
#include <cstdint>

namespace pillion {

inline constexpr std::uint64_t kFirstPauseNs = 1'000'000;
// An attempt at a socket that is not there costs some microseconds, so clients can be back soon.
inline constexpr std::uint64_t kLongestPauseNs = 100'000'000;

// Doubling with each attempt, and somewhere between half and the whole of that, so that the clients
// of a server that was restarted do not come all at once. `random`: any number.
constexpr std::uint64_t ReconnectPause(std::uint32_t attempt, std::uint64_t random) {
  const std::uint64_t pause = std::min(kLongestPauseNs, kFirstPauseNs << std::min(attempt, 20u));
  return pause / 2 + random % (pause / 2 + 1);
}

}  // namespace pillion
