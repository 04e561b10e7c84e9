#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

TEST(MultinomialLabeler, NamesWhatReachesTheThreshold) {
  OpFixture op("multinomial_labeler",
               R"({"threshold": {"double": 9},
                   "labels": {"type": "list", "string": ["hello1", "world2", "!3"]}})",
               {"features"}, {"probabilities", "labels"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({0, 10, 20})}), "[10, 20]; [world2, !3]");
  EXPECT_EQ(op.Score({Dense({9, NAN, 8})}), "[9]; [hello1]");
  EXPECT_EQ(op.Score({Sparse(3, {{2, 20}, {1, 10}})}), "[10, 20]; [world2, !3]");
  EXPECT_EQ(op.Score({Dense({})}), "[]; []");
  EXPECT_EQ(op.Score({Dense({0, 0, 0, 8})}), "[]; []");
  EXPECT_EQ(op.Score({Dense({0, 0, 0, 9})}), "kIndexOutOfBounds features");
  EXPECT_EQ(op.Score({Dense({9}, {1, 1})}), "kBadShape features");
  EXPECT_EQ(op.Score({Sparse(2, {{2, 9}})}), "kBadIndex features");
  EXPECT_EQ(op.Score({Sparse(INT32_MAX, {{2, 9}})}), "kTooLarge features");
  EXPECT_EQ(op.Score({Null()}), "kNullValue features");
}

}  // namespace
}  // namespace pillion::testing
