// What the machine itself takes for a round trip between two processes: the yardstick beside
// every figure of ours, in turns with it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>

#include "sidecar/bench/latency_histogram.h"

namespace pillion::bench {

// Round trips with a forked child, which sleeps between Run() and Run() and dies with this object.
class Floor {
 public:
  virtual ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  // Round trips for `duration`, the first tenth unrecorded.
  virtual LatencyHistogram Run(std::chrono::milliseconds duration) = 0;
  pid_t child() const { return child_; }

 protected:
  Floor() = default;
  // Runs `serve` in the child.
  template <typename Serve>
  void Fork(Serve serve);

 private:
  pid_t child_ = -1;
};

// All REQUIRE: no threads yet.
// Two cache lines in shared memory, each written by one side, both sides spinning.
std::unique_ptr<Floor> MakeLineFloor();
// The same with each side asleep on a futex until the other wakes it.
std::unique_ptr<Floor> MakeFutexFloor();
// A Unix stream socket, blocking; 256 bytes there, 64 back.
std::unique_ptr<Floor> MakeSocketFloor();

}  // namespace pillion::bench
