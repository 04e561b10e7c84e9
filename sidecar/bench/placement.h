// Which CPUs the two ends of a measurement ran on, and what those have in common.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pillion::bench {

enum class Relation : std::uint8_t { kUnknown, kOneCpu, kCoreThreads, kTwoCores, kTwoPackages };

// "two threads of a core"
std::string_view Describe(Relation relation);

struct CpuPair {
  int ours = -1;  // -1: unknown
  int theirs = -1;

  bool same() const { return ours == theirs; }
  bool operator==(const CpuPair&) const = default;
};

// Where this thread is, and where the thread of `process` that has used the processor most was
// last.
CpuPair CpusNow(pid_t process);

// What the kernel says of two CPUs.
Relation RelationBySystem(CpuPair cpus);
// What two CPUs show: one slows the other down where they share a core. Takes some 20 ms of both;
// kUnknown where other work kept them from running side by side, or this process may not use both.
Relation RelationByMeasuring(CpuPair cpus);

// Of a run of several rounds.
struct Placement {
  CpuPair cpus;  // of most rounds, the lower first
  std::uint32_t rounds_there = 0;
  std::uint32_t rounds = 0;
  Relation relation = Relation::kUnknown;  // measured; where that is unknown, the kernel's
  Relation by_system = Relation::kUnknown;

  // "two cores (CPU 0 and 1)"; also how steady, and where the kernel says otherwise.
  std::string Text() const;
};

// Measures the relation.
Placement PlacementOf(const std::vector<CpuPair>& rounds);

}  // namespace pillion::bench
