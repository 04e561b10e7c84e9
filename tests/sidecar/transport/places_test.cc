#include "sidecar/transport/places.h"

#include <gtest/gtest.h>

namespace pillion {
namespace {

using Verdict = Places::Verdict;

TEST(Places, OneUserMayHaveAllButAFewThatAreKeptForOthers) {
  Places places({.all = 64, .per_user = 64});
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(places.Look(1), Verdict::kFree) << i;
    places.Take(1);
  }
  EXPECT_EQ(places.Look(1), Verdict::kUserFull);
  // 64 / 8 places more, of which one user has 64 / 16.
  for (const uid_t uid : {2, 3}) {
    for (int i = 0; i < 4; ++i) {
      ASSERT_EQ(places.Look(uid), Verdict::kFree) << uid << i;
      places.Take(uid);
    }
    EXPECT_EQ(places.Look(uid), Verdict::kAllFull);
  }
  EXPECT_EQ(places.Look(4), Verdict::kAllFull);
  places.Give(2);
  EXPECT_EQ(places.Look(4), Verdict::kFree);
  EXPECT_EQ(places.Look(1), Verdict::kUserFull) << "a kept place is none of the first user's";
}

TEST(Places, AUserMayHaveLess) {
  Places places({.all = 64, .per_user = 2});
  places.Take(1);
  places.Take(1);
  EXPECT_EQ(places.Look(1), Verdict::kUserFull);
  EXPECT_EQ(places.Look(2), Verdict::kFree);
  places.Give(1);
  EXPECT_EQ(places.Look(1), Verdict::kFree);
  EXPECT_EQ(places.of(1), 1u);
}

}  // namespace
}  // namespace pillion
