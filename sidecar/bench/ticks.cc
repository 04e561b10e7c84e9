#include "sidecar/bench/ticks.h"

#include <chrono>
#include <thread>

namespace pillion::bench {
namespace {

double Calibrate() {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const std::uint64_t start_ticks = Ticks();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::uint64_t ticks = Ticks() - start_ticks;
  const std::chrono::duration<double, std::nano> ns = Clock::now() - start;
  return ns.count() / static_cast<double>(ticks);
}

}  // namespace

double NanosecondsPerTick() {
  static const double ratio = Calibrate();
  return ratio;
}

}  // namespace pillion::bench
