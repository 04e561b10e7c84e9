#include "sidecar/bench/quiet.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

#include "schemas/ring/waiting.h"
#include "sidecar/bench/ticks.h"

namespace pillion::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kStolenPercentMax = 0.1;
constexpr double kSwitchesPerSecondMax = 20;
constexpr double kLostPercentMax = 0.5;
constexpr double kLoopNs = 2e6;
constexpr double kHoleNs = 10e3;

// Of all threads that the process has now.
std::uint64_t ForcedSwitches(pid_t process) {
  std::uint64_t total = 0;
  std::error_code ignored;
  for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", process), ignored)) {
    std::ifstream status(task.path() / "status");
    std::string key;
    while (status >> key) {
      if (key == "nonvoluntary_ctxt_switches:") {
        std::uint64_t count = 0;
        status >> count;
        total += count;
      }
      status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
  }
  return total;
}

}  // namespace

bool Disturbance::quiet() const {
  return stolen_percent <= kStolenPercentMax && switches_per_s <= kSwitchesPerSecondMax &&
         lost_percent <= kLostPercentMax;
}

std::string Disturbance::Text() const {
  return fmt::format("stolen {:.1f} %, {:.0f} forced switches/s, lost {:.1f} %", stolen_percent,
                     switches_per_s, lost_percent);
}

QuietWatch::QuietWatch(pid_t peer) : peer_(peer), start_(CountsNow()) {}

void QuietWatch::Calibrate() {
  const std::uint64_t total = NsToTicks(kLoopNs);
  const std::uint64_t hole = NsToTicks(kHoleNs);
  const std::uint64_t start = Ticks();
  std::uint64_t last = start;
  while (last - start < total) {
    const std::uint64_t now = Ticks();
    if (now - last >= hole) lost_ticks_ += now - last;
    last = now;
  }
  loop_ticks_ += last - start;
}

QuietWatch::Counts QuietWatch::CountsNow() const {
  Counts counts;
  counts.now_ns = MonotonicNs();
  // "cpu user nice system idle iowait irq softirq steal …": guests' time is in user's.
  std::ifstream stat("/proc/stat");
  std::string name;
  stat >> name;
  std::uint64_t ticks = 0;
  for (int field = 0; field < 8 && stat >> ticks; ++field) {
    counts.cpu_ticks += ticks;
    if (field == 7) counts.stolen_ticks = ticks;
  }
  counts.switches = ForcedSwitches(getpid());
  if (peer_ > 0) counts.switches += ForcedSwitches(peer_);
  return counts;
}

Disturbance QuietWatch::Read() const {
  const Counts end = CountsNow();
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
  };
  Disturbance disturbance;
  disturbance.stolen_percent =
      share(end.stolen_ticks - start_.stolen_ticks, end.cpu_ticks - start_.cpu_ticks);
  disturbance.lost_percent = share(lost_ticks_, loop_ticks_);
  // Threads that ended meanwhile took their counts with them.
  const std::uint64_t switches =
      end.switches > start_.switches ? end.switches - start_.switches : 0;
  disturbance.switches_per_s =
      static_cast<double>(switches) * 1e9 / static_cast<double>(end.now_ns - start_.now_ns + 1);
  return disturbance;
}

}  // namespace pillion::bench
