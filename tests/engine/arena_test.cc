#include "engine/arena.h"

#include <gtest/gtest.h>

#include <set>

namespace pillion {
namespace {

TEST(Arena, GrowsUpToItsLimitAndKeepsWhatItTook) {
  Arena arena(1000, Arena::kAnySteps, 64);
  for (int round = 0; round < 3; ++round) {
    std::set<double*> seen;
    for (int i = 0; i < 40; ++i) {
      double* p = arena.Allocate<double>(2);
      ASSERT_NE(p, nullptr) << i;
      p[0] = p[1] = i;
      EXPECT_TRUE(seen.insert(p).second);
    }
    EXPECT_EQ(arena.Allocate<double>(100), nullptr);
    arena.Reset();
  }
}

TEST(Arena, CountsTheStepsOfARow) {
  Arena arena(1000, 10);
  EXPECT_TRUE(arena.Spend(4));
  EXPECT_FALSE(arena.Spend(7));
  EXPECT_TRUE(arena.Spend(6));
  EXPECT_FALSE(arena.Spend(1));
  arena.Reset();
  EXPECT_TRUE(arena.Spend(10));
  EXPECT_FALSE(arena.Spend(UINT64_MAX));
}

TEST(Arena, LendsItsBlocksToOthersOfTheThread) {
  Arena one(1 << 20);
  Arena other(1 << 20);
  char* const block = one.Allocate<char>(100'000);
  EXPECT_NE(other.Allocate<char>(100'000), block) << "while the first has it";
  other.Reset();
  one.Reset();
  EXPECT_EQ(other.Allocate<char>(100'000), block);
  {
    Arena third(1 << 20);
    char* const more = third.Allocate<char>(400'000);
    EXPECT_NE(more, nullptr);
  }
  EXPECT_NE(one.Allocate<char>(100'000), block);
}

TEST(Arena, AMovedOneHoldsWhatTheOtherHeld) {
  Arena from(1 << 20);
  char* const text = from.Allocate<char>(50'000);
  text[49'999] = 'x';
  Arena to = std::move(from);
  EXPECT_EQ(text[49'999], 'x');
  to.Reset();
  EXPECT_NE(to.Allocate<char>(50'000), nullptr);
}

TEST(Arena, RefusesCountsWhoseBytesOverflow) {
  Arena arena(1000);
  EXPECT_EQ(arena.Allocate<double>(SIZE_MAX / 4), nullptr);
  EXPECT_NE(arena.Allocate<double>(1), nullptr);
}

TEST(Arena, AlignsEachType) {
  Arena arena(1000);
  arena.Allocate<char>(1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.Allocate<double>(1)) % alignof(double), 0U);
}

}  // namespace
}  // namespace pillion
