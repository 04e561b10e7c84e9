#include "base/cpu_allowance.h"

#include <sched.h>

#include <algorithm>
#include <string>

#include "base/cgroup.h"

namespace pillion {
namespace {

int CpusInAffinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

double QuotaV2(const std::string& directory) {
  const auto line = ReadFirstLine(directory + "/cpu.max");
  return line ? ParseCpuMax(*line).value_or(CpuAllowance::kNoQuota) : CpuAllowance::kNoQuota;
}

double QuotaV1(const std::string& directory) {
  const auto quota = ReadFirstLine(directory + "/cpu.cfs_quota_us");
  const auto period = ReadFirstLine(directory + "/cpu.cfs_period_us");
  if (!quota || !period) return CpuAllowance::kNoQuota;
  return ParseCfsQuota(*quota, *period).value_or(CpuAllowance::kNoQuota);
}

}  // namespace

std::optional<double> ParseCpuMax(std::string_view text) {
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
  ForEachCgroup("cpu", [&allowance](const std::string& directory, bool is_v2) {
    allowance.quota = std::min(allowance.quota, is_v2 ? QuotaV2(directory) : QuotaV1(directory));
  });
  return allowance;
}

}  // namespace pillion
