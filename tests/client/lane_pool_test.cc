#include "client/ring/lane_pool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace pillion {
namespace {

constexpr std::uint64_t kFirst = 1000;
constexpr std::uint32_t kLanes = kLanesMax;
constexpr Geometry kGeometry{kLanes, 128, 128};

UniqueFd SealedMemory(std::size_t bytes) {
  UniqueFd memory(memfd_create("lane_pool_test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(ftruncate(memory.get(), static_cast<off_t>(bytes)), 0);
  EXPECT_EQ(fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
  return memory;
}

// A lane's numbers go up by one from request to request, whoever has it while a ring is installed:
// a number that came twice would find the first one's answer.
TEST(LanePool, ALanesNumbersNeverBeginAgain) {
  constexpr std::uint32_t kInstallsMax = 400'000;
  constexpr std::uint64_t kRequests = 10'000'000;
  constexpr std::uint32_t kHeld = kLanes - 4;  // Install() passes them on its way to the others
  const UniqueFd requests = SealedMemory(kGeometry.requests_bytes());
  const UniqueFd answers = SealedMemory(kGeometry.answers_bytes());
  const auto ring = Ring::Map(0, kGeometry, kFirst, requests, answers);
  ASSERT_TRUE(ring);
  LanePool pool(kLanes, 0, SpinBudget::Fixed(0), nullptr);
  pool.Install(nullptr, *ring, 1);
  std::uint64_t now_ns = MonotonicNs();
  for (std::uint32_t i = 0; i < kHeld; ++i) ASSERT_NE(pool.Take(kNoDeadline, &now_ns), nullptr);

  // [install][lane - kHeld]
  std::vector<std::array<std::atomic<std::uint64_t>, kLanes - kHeld>> sent(kInstallsMax + 2);
  std::atomic<std::uint64_t> made{0};
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> repeated{0};
  std::vector<std::thread> callers;
  for (std::uint32_t i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
        std::uint64_t now = MonotonicNs();
        Lane* const lane = pool.Take(now + 1'000'000, &now);
        if (lane == nullptr) continue;
        const std::uint64_t sequence = lane->end.TrySubmit({RequestKind::kRow, 1, 0}, {});
        lane->end.Consume(sequence);
        if (sequence != kFirst + sent[lane->install][lane->index - kHeld].fetch_add(1)) ++repeated;
        ++made;
        pool.Return(lane);
      }
    });
  }
  for (std::uint32_t i = 0; i < kInstallsMax && made < kRequests; ++i) {
    pool.Install(nullptr, *ring, 1);
    std::this_thread::yield();
  }
  stop.store(true);
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(repeated, 0);
  EXPECT_GT(made, 0U);
}

}  // namespace
}  // namespace pillion
