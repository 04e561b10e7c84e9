// What a client of HTTP may take.
#pragma once

#include <chrono>
#include <cstdint>

namespace pillion {

struct HttpLimits {
  std::uint32_t header_bytes_max = 16 * 1024;
  std::uint64_t body_bytes_max = 16 * 1024 * 1024;
  std::chrono::milliseconds request_time_max{10'000};  // from its first byte to its last
  std::chrono::milliseconds write_time_max{10'000};    // until an answer was taken
  std::chrono::milliseconds idle_time_max{75'000};     // between requests
  std::uint32_t connections_max = 4096;                // of all listeners together
};

}  // namespace pillion
