// Drives something that scores rows, in a closed loop (the next request when the last one is
// answered) or an open one (requests at intended times, and latency from those, so that a stall
// counts for every request that it held up).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "sidecar/bench/latency_histogram.h"

namespace pillion::bench {

struct OfferedLoad {
  std::chrono::milliseconds duration{2000};
  std::uint32_t threads = 1;
  double requests_per_s = 0;  // over all threads; 0: closed loop
};

// What one thread drives.
class Target {
 public:
  virtual ~Target() = default;
  // One request from first byte to last; `i` counts up from 0 and picks the rows.
  // False: it failed, and the run with it.
  virtual bool Request(std::uint64_t i) = 0;
};

// What one thread keeps several requests under way with.
class PipelinedTarget {
 public:
  virtual ~PipelinedTarget() = default;
  // Starts request `i`; false: no room.
  virtual bool Submit(std::uint64_t i) = 0;
  // Calls `done(i)` for each that has ended since. False: one failed.
  virtual bool Poll(const std::function<void(std::uint64_t)>& done) = 0;
};

struct LoadResult {
  LatencyHistogram latency;
  double requests_per_s = 0;
  bool failed = false;
};

// `make` is called on each thread. The first tenth of the time is not recorded.
LoadResult RunLoad(const OfferedLoad& options,
                   const std::function<std::unique_ptr<Target>()>& make);
// Closed loop on one thread with `in_flight` requests under way.
LoadResult RunPipelined(std::chrono::milliseconds duration, std::uint32_t in_flight,
                        PipelinedTarget& target);

}  // namespace pillion::bench
