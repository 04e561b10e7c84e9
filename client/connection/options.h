// What a client is told when it is opened, and how it says what went wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/ring/shm_layout.h"
#include "schemas/ring/waiting.h"
#include "schemas/types/score_code.h"

namespace pillion {

struct Failure {
  ScoreCode code = ScoreCode::kInternal;
  std::string text;
  // Where a row is to blame.
  std::uint32_t row = 0;      // of a batch
  std::int32_t column = -1;   // of the inputs
  std::string column_name{};  // also of a column that is none of the inputs
  std::string stage{};        // "op name"
};

enum class Way : std::uint8_t { kSharedMemory, kSocket, kInProcess };
struct Endpoint {
  std::string path;  // of a socket; in process, of a model or of a directory of models
  Way way = Way::kSharedMemory;
};
// "shm:PATH", "unix:PATH" or "inproc:PATH".
std::optional<Endpoint> ParseUrl(std::string_view url);

struct ClientOptions {
  Geometry geometry;                             // to begin with
  std::uint32_t lanes_max = kLanesMax;           // what it may grow to, as threads call
  std::uint64_t connect_ns_max = 1'000'000'000;  // until open() gives up, and of each later attempt
  bool connect_later = false;  // open() succeeds without a server; the keeper goes on trying
  std::uint64_t spin_ns = kSpinAdaptive;

  static constexpr std::uint64_t kSpinAdaptive = ~std::uint64_t{0};
};

// When a call that may take `timeout_ns` has to be over.
inline std::uint64_t DeadlineAfter(std::uint64_t now_ns, std::uint64_t timeout_ns) {
  return timeout_ns > kNoDeadline - now_ns ? kNoDeadline : now_ns + timeout_ns;
}

}  // namespace pillion
