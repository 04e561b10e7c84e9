#include "base/memory_allowance.h"

#include <unistd.h>

#include <algorithm>

#include "base/cgroup.h"

namespace pillion {

std::uint64_t ReadMemoryAllowance() {
  std::uint64_t bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  ForEachCgroup("memory", [&bytes](const std::string& directory, bool is_v2) {
    const auto line = ReadFirstLine(directory + (is_v2 ? "/memory.max" : "/memory.limit_in_bytes"));
    const auto limit = line ? ParseInteger(*line) : std::nullopt;  // "max" is no number
    if (limit && *limit > 0) bytes = std::min(bytes, static_cast<std::uint64_t>(*limit));
  });
  return bytes;
}

}  // namespace pillion
