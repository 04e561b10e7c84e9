// How much CPU this process may use: affinity and cgroup quota. Read once at start.
#pragma once

#include <limits>
#include <optional>
#include <string_view>

namespace pillion {

struct CpuAllowance {
  static constexpr double kNoQuota = std::numeric_limits<double>::infinity();

  int cpus = 1;             // in the affinity mask
  double quota = kNoQuota;  // in CPUs, from cgroup v2 cpu.max or v1 cpu.cfs_quota_us
};

CpuAllowance ReadCpuAllowance();

// "50000 100000" -> 0.5; "max 100000" -> kNoQuota; nothing if it is neither.
std::optional<double> ParseCpuMax(std::string_view text);
// v1: quota "-1" or microseconds, and the period.
std::optional<double> ParseCfsQuota(std::string_view quota, std::string_view period);

}  // namespace pillion
