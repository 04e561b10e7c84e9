#include "bench/waiting/cpu_place.h"

#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/cgroup.h"

namespace pillion {
namespace {

bool Write(const std::string& path, std::string_view text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

bool SetHalf(const std::string& directory, bool is_v2) {
  if (is_v2) return Write(directory + "/cpu.max", "50000 100000");
  return Write(directory + "/cpu.cfs_period_us", "100000") &&
         Write(directory + "/cpu.cfs_quota_us", "50000");
}

}  // namespace

std::optional<HalfCpus> HalfCpus::Make() {
  HalfCpus made;
  bool tried = false;
  bool ok = false;
  ForEachCgroup("cpu", [&](const std::string& own, bool is_v2) {
    // Of a mixed system the unified hierarchy comes last, and has no processors to share out.
    if (std::exchange(tried, true)) return;
    for (std::size_t i = 0; i < made.directories_.size(); ++i) {
      const std::string directory =
          own + "/pillion-bench-" + std::to_string(getpid()) + "-" + std::to_string(i);
      std::error_code error;
      if (!std::filesystem::create_directory(directory, error)) return;
      made.directories_[i] = directory;
      if (!SetHalf(directory, is_v2)) return;
    }
    ok = true;
  });
  if (!ok) return std::nullopt;
  return made;
}

HalfCpus::HalfCpus(HalfCpus&& other) noexcept
    : directories_(std::exchange(other.directories_, {})) {}

HalfCpus::~HalfCpus() {
  std::error_code ignored;
  for (const std::string& directory : directories_) {
    if (!directory.empty()) std::filesystem::remove(directory, ignored);
  }
}

bool HalfCpus::Enter(std::size_t which) const {
  return Write(directories_[which] + "/cgroup.procs", std::to_string(getpid()));
}

bool EnterOneCpu() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return false;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &set)) continue;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0;
  }
  return false;
}

}  // namespace pillion
