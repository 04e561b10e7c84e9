// What can be set about the transports. Plain data; the command line fills it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/ring/shm_layout.h"

namespace pillion {

enum class SpinMode : std::uint8_t {
  kAdaptive,
  kNever,
  kAlways,  // refused where the CPU allowance is below two
};

struct TransportOptions {
  std::string socket_path{};
  mode_t socket_mode = 0660;
  // Of the socket that answers questions of the server's own user and root; empty: none.
  std::string control_path{};
  // Who may connect, beside the server's own user and root and within what the socket's mode says.
  // Both empty: everyone.
  std::vector<uid_t> allowed_uids{};
  std::vector<gid_t> allowed_gids{};

  bool shared_memory = true;
  Geometry geometry_max = {.lane_count = kLanesMax,
                           .request_slot_bytes = kSlotBytesMax,
                           .answer_slot_bytes = kSlotBytesMax};
  // Of all clients' rings; 0: a quarter of what the process may use.
  std::uint64_t shared_memory_bytes_max = 0;
  std::uint32_t message_bytes_max = 4 * 1024 * 1024;
  std::uint32_t clients_max = 240;         // needs less than the usual 1,024 open files
  std::uint32_t clients_per_user_max = 0;  // 0: clients_max
  std::uint32_t handshakes_max = 64;       // connected, HELLO not yet there; one user: half of them
  std::chrono::milliseconds handshake_time_max{5000};
  std::uint32_t layouts_max = 256;  // bound at a time, a client

  std::uint32_t workers = 0;  // 0: by the CPU allowance
  SpinMode spin = SpinMode::kAdaptive;
  std::optional<std::uint64_t> spin_ns{};  // always that long, whatever `spin` says: for benches
  std::chrono::milliseconds drain_time_max{1500};
};

}  // namespace pillion
