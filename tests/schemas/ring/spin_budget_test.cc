// Budgets against sums of what each choice costs: latency, and processor time at its price.
#include "schemas/ring/spin_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

namespace pillion {
namespace {

class Spinning : public ::testing::Test {
 protected:
  void Repeat(int times, std::uint64_t wait_ns) {
    for (int i = 0; i < times; ++i) spin_.Waited(wait_ns);
  }
  void WakeUpsTake(std::uint64_t ns) {
    for (int i = 0; i < 100; ++i) spin_.Woke(ns);
  }

  std::atomic<SpinRule> rule_{SpinRule::kFreely};
  SpinBudget spin_ = SpinBudget::Adaptive(rule_);
};

TEST_F(Spinning, OutlastsWaitsThatAreShorterThanAWakeUp) {
  WakeUpsTake(60'000);
  for (const std::uint64_t wait_ns : {500, 3'000, 15'000, 32'000, 90'000}) {
    Repeat(200, wait_ns);
    EXPECT_GE(spin_.ns(), wait_ns);
  }
}

TEST_F(Spinning, IsNotTriedOnWaitsThatAWakeUpHardlyLengthens) {
  WakeUpsTake(10'000);
  Repeat(200, 200'000);
  EXPECT_EQ(spin_.ns(), 0U);
  Repeat(200, 50'000'000);
  EXPECT_EQ(spin_.ns(), 0U);
}

TEST_F(Spinning, ComesBackFromLongWaitsWithinAFewShortOnes) {
  Repeat(10'000, 5'000'000);
  ASSERT_EQ(spin_.ns(), 0U);
  Repeat(64, 4'000);
  EXPECT_GE(spin_.ns(), 4'000U);
}

// Half of the waits end soon, the others never would.
TEST_F(Spinning, CoversTheShortPartOfMixedWaits) {
  WakeUpsTake(50'000);
  for (int i = 0; i < 200; ++i) spin_.Waited(i % 2 == 0 ? 4'000 : 5'000'000);
  EXPECT_GE(spin_.ns(), 4'000U);
  EXPECT_LE(spin_.ns(), 20'000U);
}

TEST_F(Spinning, FollowsTheRuleAtOnce) {
  Repeat(200, 40'000);
  ASSERT_GE(spin_.ns(), 40'000U);
  rule_ = SpinRule::kNever;
  EXPECT_EQ(spin_.ns(), 0U);
  rule_ = SpinRule::kSparing;
  EXPECT_LE(spin_.ns(), 20'000U);
}

TEST_F(Spinning, AFixedBudgetIsFixed) {
  SpinBudget fixed = SpinBudget::Fixed(7);
  for (int i = 0; i < 100; ++i) fixed.Waited(5'000'000);
  EXPECT_EQ(fixed.ns(), 7U);
}

TEST(SpinRules, ComeFromTheProcessorsThatAProcessMayUse) {
  EXPECT_EQ(SpinRuleFor({1, CpuAllowance::kNoQuota}), SpinRule::kNever);
  EXPECT_EQ(SpinRuleFor({8, 0.5}), SpinRule::kSparing);
  EXPECT_EQ(SpinRuleFor({2, CpuAllowance::kNoQuota}), SpinRule::kFreely);
  EXPECT_EQ(SpinRuleFor({2, 2.0}), SpinRule::kFreely);
}

}  // namespace
}  // namespace pillion
