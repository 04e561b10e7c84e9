// What large bundles cost: processor time and memory to load and bind, at a quarter, a half and the
// whole of their size. Time and memory per unit must stay level.
//   scale_report [NAME…]
// Each bundle is written by one child process and loaded by another, so that a peak is one load's.
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/scale/big_bundles.h"
#include "engine/model.h"

namespace pillion::bench {
namespace {

namespace fs = std::filesystem;
// Of the processor, which a busy machine does not change as it changes the time of the day.
double CpuMilliseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double ResidentMegabytes() {
  std::ifstream file("/proc/self/statm");
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1048576;
}

// Runs `work` in a child process; false: it failed.
template <typename F>
bool InChild(F work) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const bool done = work();
    std::fflush(nullptr);
    _exit(done ? 0 : 1);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

bool MeasureLoad(const BigBundle& bundle, const fs::path& directory, std::uint64_t count) {
  const double before = ResidentMegabytes();
  const double start_ms = CpuMilliseconds();
  const auto model = Model::Load(directory);
  if (!model) {
    fmt::print(stderr, "{}: {}\n", bundle.name, model.error().Text());
    return false;
  }
  const double load_ms = CpuMilliseconds() - start_ms;
  const double bind_start_ms = CpuMilliseconds();
  const auto plan = (*model)->Bind({});
  const double bind_ms = CpuMilliseconds() - bind_start_ms;
  if (!plan) {
    fmt::print(stderr, "{}: {}\n", bundle.name, plan.error().Text());
    return false;
  }
  const double megabytes = static_cast<double>((*model)->bundle_bytes()) / 1048576;
  fmt::print("{:<17}{:>9} {:<9}{:>8.1f}{:>10.1f}{:>9.2f}{:>11.1f}{:>10.1f}{:>10.1f}\n", bundle.name,
             count, bundle.unit, megabytes, load_ms, bind_ms,
             load_ms * 1e6 / static_cast<double>(count), ResidentMegabytes() - before,
             PeakMegabytes() - before);
  return true;
}

bool Measure(const BigBundle& bundle, std::uint64_t count) {
  std::string pattern = fs::temp_directory_path() / "pillion_scale_XXXXXX";
  const fs::path directory = mkdtemp(pattern.data());
  const bool done = InChild([&] { return bundle.write(directory, count), true; }) &&
                    InChild([&] { return MeasureLoad(bundle, directory, count); });
  fs::remove_all(directory);
  return done;
}

int Main(const std::vector<std::string>& names) {
  fmt::print("{:<17}{:>9} {:<9}{:>8}{:>10}{:>9}{:>11}{:>10}{:>10}\n", "bundle", "count", "", "MB",
             "load ms", "bind ms", "ns/unit", "kept MB", "peak MB");
  bool all_done = true;
  for (const BigBundle& bundle : BigBundles()) {
    if (!names.empty() && std::find(names.begin(), names.end(), bundle.name) == names.end()) {
      continue;
    }
    for (const std::uint64_t part : {4, 2, 1}) {
      all_done = Measure(bundle, bundle.count / part) && all_done;
    }
  }
  return all_done ? 0 : 1;
}

}  // namespace
}  // namespace pillion::bench

int main(int argc, char** argv) { return pillion::bench::Main({argv + 1, argv + argc}); }
