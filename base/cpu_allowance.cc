#include "base/cpu_allowance.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

namespace pillion {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

std::optional<long long> ParseInteger(std::string_view text) {
  text = Trim(text);
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> ReadLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

int CpusInAffinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

double QuotaV2(const std::string& directory) {
  const auto line = ReadLine(directory + "/cpu.max");
  return line ? ParseCpuMax(*line).value_or(CpuAllowance::kNoQuota) : CpuAllowance::kNoQuota;
}

double QuotaV1(const std::string& directory) {
  const auto quota = ReadLine(directory + "/cpu.cfs_quota_us");
  const auto period = ReadLine(directory + "/cpu.cfs_period_us");
  if (!quota || !period) return CpuAllowance::kNoQuota;
  return ParseCfsQuota(*quota, *period).value_or(CpuAllowance::kNoQuota);
}

// The tightest quota from the process's own group up to the mount's root: in a container the
// root is the container's own group, and the path may not exist.
double QuotaAlong(const std::string& mount, std::string path, double (*read)(const std::string&)) {
  double quota = CpuAllowance::kNoQuota;
  while (true) {
    quota = std::min(quota, read(mount + path));
    if (path.empty()) return quota;
    const std::size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
}

}  // namespace

std::optional<double> ParseCpuMax(std::string_view text) {
  text = Trim(text);
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  if (text.substr(0, space) == "max") return CpuAllowance::kNoQuota;
  return ParseCfsQuota(text.substr(0, space), text.substr(space + 1));
}

std::optional<double> ParseCfsQuota(std::string_view quota, std::string_view period) {
  const auto numerator = ParseInteger(quota);
  const auto denominator = ParseInteger(period);
  if (!numerator || !denominator || *denominator <= 0) return std::nullopt;
  if (*numerator < 0) return CpuAllowance::kNoQuota;
  return static_cast<double>(*numerator) / static_cast<double>(*denominator);
}

CpuAllowance ReadCpuAllowance() {
  CpuAllowance allowance{CpusInAffinity(), CpuAllowance::kNoQuota};
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    if (controllers == ",,") {
      allowance.quota = std::min(allowance.quota, QuotaAlong("/sys/fs/cgroup", path, QuotaV2));
    } else if (controllers.find(",cpu,") != std::string::npos) {
      allowance.quota = std::min(allowance.quota, QuotaAlong("/sys/fs/cgroup/cpu", path, QuotaV1));
    }
  }
  return allowance;
}

}  // namespace pillion
