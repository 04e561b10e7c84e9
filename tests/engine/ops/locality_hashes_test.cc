#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

TEST(RandomProjection, FindsTheBucket) {
  OpFixture op("bucketed_random_projection_lsh",
               R"({"random_unit_vectors": {"type": "list", "tensor": [{"double": [0.6, 0.8],
                     "shape": {"dimensions": [{"size": 2, "name": ""}]}}]},
                   "bucket_length": {"double": 2}, "input_size": {"int": 2}})",
               {"input"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({1, 2})}), "[1] 1x1");
  EXPECT_EQ(op.Score({Dense({-1, -2})}), "[-2] 1x1");
  EXPECT_EQ(op.Score({Sparse(2, {{1, 5}})}), "[2] 1x1");
  EXPECT_EQ(op.Score({Dense({1, 2, 3})}), "kWrongSize input");
}

OpFixture MinHash(const std::string& a, const std::string& b) {
  return OpFixture("min_hash_lsh",
                   R"({"random_coefficients_a": {"type": "list", "long": )" + a +
                       R"(}, "random_coefficients_b": {"type": "list", "long": )" + b +
                       R"(}, "input_size": {"int": 3}})",
                   {"input"}, {"output"});
}

TEST(MinHash, WrapsAt32Bits) {
  OpFixture op = MinHash("[1500000000, 3]", "[7, 5]");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Sparse(3, {{1, 1}})}), "[-1294967289, 11] 2x1");
  EXPECT_EQ(MinHash("[3]", "[5]").Score({Dense({1, 0, 1})}), "[8] 1x1");
  EXPECT_EQ(op.Score({Sparse(INT32_MAX, {{INT32_MAX - 1, 1}})}), "[-1499999993, -109408903] 2x1");
}

TEST(MinHash, NeedsAnEntryThatIsNotZero) {
  EXPECT_EQ(MinHash("[3]", "[5]").Score({Dense({0, 0, 0})}), "kInvalidValue input");
  EXPECT_EQ(MinHash("[3]", "[5]").Score({Sparse(3, {{1, 0}})}), "kInvalidValue input");
  EXPECT_EQ(MinHash("[3]", "[5]").Score({Sparse(3, {{0, 0}, {2, 1}})}), "[14] 1x1");
}

TEST(MinHash, RefusesMoreHashesThanARowMayCost) {
  std::string thousand = "[1";
  for (int i = 1; i < 1000; ++i) thousand += ", 1";
  OpFixture op = MinHash(thousand + "]", thousand + "]");
  EXPECT_EQ(op.Score({Dense(std::vector<double>(40'000, 1.0))}), "kTooCostly input");
  EXPECT_TRUE(op.Score({Dense({1, 1})}).starts_with("[2, 2"));
}

}  // namespace
}  // namespace pillion::testing
