// What the machine itself takes for a round trip between two processes: the yardstick beside
// every figure of ours. Each runs against a forked child, which is gone on return.
#pragma once

#include <chrono>

#include "sidecar/bench/latency_histogram.h"

namespace pillion::bench {

// Two cache lines in shared memory, each written by one side, both sides spinning.
LatencyHistogram LineFloor(std::chrono::milliseconds duration);
// The same with each side asleep on a futex until the other wakes it.
LatencyHistogram FutexFloor(std::chrono::milliseconds duration);
// A Unix stream socket, blocking; 256 bytes there, 64 back.
LatencyHistogram SocketFloor(std::chrono::milliseconds duration);

}  // namespace pillion::bench
