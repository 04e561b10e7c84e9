#include "sidecar/bench/placement.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <thread>
#include <utility>

namespace pillion::bench {
namespace {

namespace fs = std::filesystem;

// Of /proc/PID/task/TID/stat: fields 14 and 15 are processor time, 39 the CPU.
struct ThreadPlace {
  std::uint64_t time = 0;
  int cpu = -1;
};

std::optional<ThreadPlace> ReadThread(const fs::path& stat) {
  std::ifstream file(stat);
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const std::size_t name_end = text.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 2));
  std::string word;
  ThreadPlace place;
  for (int field = 3; fields >> word && field <= 39; ++field) {
    if (field == 14 || field == 15) place.time += std::stoull(word);
    if (field == 39) place.cpu = std::stoi(word);
  }
  return place;
}

int BusiestCpu(pid_t process) {
  ThreadPlace busiest;
  std::error_code ignored;
  for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", process), ignored)) {
    const auto place = ReadThread(task.path() / "stat");
    if (place && (busiest.cpu < 0 || place->time > busiest.time)) busiest = *place;
  }
  return busiest.cpu;
}

std::optional<int> Topology(int cpu, std::string_view what) {
  std::ifstream file(fmt::format("/sys/devices/system/cpu/cpu{}/topology/{}", cpu, what));
  int number = 0;
  if (!(file >> number)) return std::nullopt;
  return number;
}

bool Pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

// Processor time: what others take from us does not count.
std::uint64_t ThreadNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// Keeps the multipliers of a core busy: chains that do not wait for each other.
std::uint64_t Multiply(std::uint64_t rounds) {
  std::array<std::uint64_t, 6> chains = {3, 5, 7, 11, 13, 17};
  for (std::uint64_t i = 0; i < rounds; ++i) {
    for (std::uint64_t& chain : chains) {
      chain = chain * 0x9e3779b97f4a7c15ULL + i;
      asm volatile("" : "+r"(chain));
    }
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t chain : chains) sum += chain;
  return sum;
}

constexpr std::uint64_t kProbeRounds = 60'000;  // some 200 us
constexpr int kProbes = 40;

// The least time of a probe beside `busy`, whose counter tells whether it ran meanwhile; 0 where
// that was never so. Without `busy`: alone.
std::uint64_t LeastProbeNs(const std::atomic<std::uint64_t>* busy) {
  std::vector<std::uint64_t> times;
  for (int i = 0; i < kProbes; ++i) {
    const std::uint64_t before = busy != nullptr ? busy->load() : 0;
    const std::uint64_t start = ThreadNs();
    volatile std::uint64_t kept = Multiply(kProbeRounds);
    static_cast<void>(kept);
    const std::uint64_t ns = ThreadNs() - start;
    // The other counts eight times in a probe's time; half of that on a shared core.
    if (busy == nullptr || busy->load() - before >= 4) times.push_back(ns);
  }
  if (times.size() < 4) return 0;
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4),
                   times.end());
  return times[times.size() / 4];
}

class AffinityKeeper {
 public:
  AffinityKeeper() { ok_ = sched_getaffinity(0, sizeof set_, &set_) == 0; }
  ~AffinityKeeper() {
    if (ok_) sched_setaffinity(0, sizeof set_, &set_);
  }
  AffinityKeeper(const AffinityKeeper&) = delete;
  AffinityKeeper& operator=(const AffinityKeeper&) = delete;

 private:
  cpu_set_t set_{};
  bool ok_ = false;
};

}  // namespace

std::string_view Describe(Relation relation) {
  switch (relation) {
    case Relation::kOneCpu: return "one CPU";
    case Relation::kCoreThreads: return "two threads of a core";
    case Relation::kTwoCores: return "two cores";
    case Relation::kTwoPackages: return "two processors";
    case Relation::kUnknown: break;
  }
  return "unknown";
}

CpuPair CpusNow(pid_t process) { return {sched_getcpu(), BusiestCpu(process)}; }

Relation RelationBySystem(CpuPair cpus) {
  if (cpus.ours < 0 || cpus.theirs < 0) return Relation::kUnknown;
  if (cpus.ours == cpus.theirs) return Relation::kOneCpu;
  const auto same = [&](std::string_view what) -> std::optional<bool> {
    const auto a = Topology(cpus.ours, what);
    const auto b = Topology(cpus.theirs, what);
    if (!a || !b) return std::nullopt;
    return *a == *b;
  };
  const auto package = same("physical_package_id");
  const auto core = same("core_id");
  if (!package || !core) return Relation::kUnknown;
  if (!*package) return Relation::kTwoPackages;
  return *core ? Relation::kCoreThreads : Relation::kTwoCores;
}

Relation RelationByMeasuring(CpuPair cpus) {
  if (cpus.ours < 0 || cpus.theirs < 0) return Relation::kUnknown;
  if (cpus.ours == cpus.theirs) return Relation::kOneCpu;
  const AffinityKeeper keeper;
  if (!Pin(cpus.ours)) return Relation::kUnknown;
  const std::uint64_t alone_ns = LeastProbeNs(nullptr);
  std::atomic<std::uint64_t> count{0};
  std::atomic<bool> stop{false};
  std::thread other([&] {
    if (!Pin(cpus.theirs)) return;
    while (!stop.load(std::memory_order_relaxed)) {
      volatile std::uint64_t kept = Multiply(kProbeRounds / 8);
      static_cast<void>(kept);
      count.fetch_add(1, std::memory_order_relaxed);
    }
  });
  const std::uint64_t beside_ns = LeastProbeNs(&count);
  stop.store(true);
  other.join();
  if (alone_ns == 0 || beside_ns == 0) return Relation::kUnknown;
  // Threads of a core share its multipliers, and each gets about half.
  return static_cast<double>(beside_ns) > 1.3 * static_cast<double>(alone_ns)
             ? Relation::kCoreThreads
             : Relation::kTwoCores;
}

std::string Placement::Text() const {
  if (rounds == 0 || cpus.ours < 0) return "unknown";
  std::string text(Describe(relation));
  if (relation == Relation::kOneCpu) {
    text += fmt::format(" (CPU {})", cpus.ours);
  } else {
    text += fmt::format(" (CPU {} and {})", cpus.ours, cpus.theirs);
  }
  if (rounds_there < rounds) text += fmt::format(" in {} of {} rounds", rounds_there, rounds);
  if (by_system != relation) text += fmt::format("; the kernel says {}", Describe(by_system));
  return text;
}

Placement PlacementOf(const std::vector<CpuPair>& rounds) {
  Placement placement;
  placement.rounds = static_cast<std::uint32_t>(rounds.size());
  std::map<std::pair<int, int>, std::uint32_t> counts;
  for (const CpuPair& cpus : rounds) {
    const auto pair = std::minmax(cpus.ours, cpus.theirs);
    const std::uint32_t there = ++counts[pair];
    if (there <= placement.rounds_there) continue;
    placement.rounds_there = there;
    placement.cpus = {pair.first, pair.second};
  }
  placement.by_system = RelationBySystem(placement.cpus);
  placement.relation = RelationByMeasuring(placement.cpus);
  if (placement.relation == Relation::kUnknown || (placement.relation == Relation::kTwoCores &&
                                                   placement.by_system == Relation::kTwoPackages)) {
    placement.relation = placement.by_system;
  }
  return placement;
}

}  // namespace pillion::bench
