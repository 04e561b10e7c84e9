// Time in the cheapest monotonic unit of the machine, for latencies of tens of nanoseconds.
#pragma once

#include <cstdint>
#include <ctime>

namespace pillion::bench {

// x86: the time-stamp counter (invariant on every machine since 2008); else nanoseconds.
inline std::uint64_t Ticks() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
#endif
}

// Nanoseconds per tick, measured once against CLOCK_MONOTONIC (some 20 ms, on first use).
double NanosecondsPerTick();

inline std::uint64_t TicksToNs(std::uint64_t ticks) {
  return static_cast<std::uint64_t>(static_cast<double>(ticks) * NanosecondsPerTick());
}
inline std::uint64_t NsToTicks(double ns) {
  return static_cast<std::uint64_t>(ns / NanosecondsPerTick());
}

}  // namespace pillion::bench
