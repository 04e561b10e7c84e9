// What `pillion top` shows: the difference of two answers of `pillion ctl status`.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "sidecar/transport/stats.h"

namespace pillion {

// Counters begin with the server's process.
struct StatusSample {
  struct Model {
    std::string version;  // that answers under the name; empty: none does
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;  // of these, with another code than kOk
    std::array<std::uint64_t, DurationCounters::kBuckets> buckets{};
  };

  std::string version;  // of the program
  bool ready = false;
  bool draining = false;
  std::uint64_t uptime_s = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t workers = 0;
  std::uint64_t busy_ns = 0;
  std::uint64_t clients = 0;
  std::uint64_t clients_max = 0;
  std::uint64_t requests_ring = 0;
  std::uint64_t requests_socket = 0;
  std::uint64_t requests_failed = 0;
  std::map<std::string, Model> models;     // by the name that was bound, and all that are served
  std::vector<std::string> load_failures;  // "house: why the last load failed"
};

// An error says what of the answer is not as it should be.
Result<StatusSample> ReadStatus(std::string_view json);

// Lines for a screen. `before` may be of an earlier process: then all of `now` counts.
// `graphic`: with blocks of Unicode for the distribution of durations.
std::string TopText(const StatusSample& before, const StatusSample& now, double seconds,
                    bool graphic);

}  // namespace pillion
