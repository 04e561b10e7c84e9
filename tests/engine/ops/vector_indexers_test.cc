#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

OpFixture Indexer(const std::string& invalid) {
  return OpFixture("vector_indexer",
                   R"({"num_features": {"long": 3}, "keys": {"type": "list", "long": [1]},
                       "key_1_keys": {"type": "list", "double": [0, 5, 7]},
                       "key_1_values": {"type": "list", "long": [0, 1, 2]},
                       "handle_invalid": {"string": ")" +
                       invalid + R"("}})",
                   {"input"}, {"output"});
}

TEST(VectorIndexer, NumbersCategoriesAndLeavesTheRest) {
  OpFixture op = Indexer("error");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({9, 7, 2})}), "[9, 2, 2]");
  EXPECT_EQ(op.Score({Dense({9, -0.0, 2})}), "[9, 0, 2]");
  EXPECT_EQ(op.Score({Sparse(3, {{0, 9}, {2, 2}})}), "(3){0: 9, 2: 2}");
  EXPECT_EQ(op.Score({Sparse(3, {{1, 0}, {2, 2}})}), "(3){1: 0, 2: 2}");
}

TEST(VectorIndexer, HandlesUnseenCategories) {
  EXPECT_EQ(Indexer("error").Score({Dense({9, 8, 2})}), "kInvalidValue input");
  EXPECT_EQ(Indexer("keep").Score({Dense({9, 8, 2})}), "[9, 3, 2]");
  EXPECT_EQ(Indexer("keep").Score({Sparse(3, {{1, NAN}})}), "(3){1: 3}");
  EXPECT_EQ(Indexer("skip").Score({Dense({9, 8, 2})}), "kInvalidValue input");
}

TEST(VectorIndexer, WantsVectorsOfItsLength) {
  EXPECT_EQ(Indexer("keep").Score({Dense({9, 8})}), "kWrongSize input");
  EXPECT_EQ(Indexer("keep").Score({Sparse(4, {{1, 5}})}), "kWrongSize input");
}

TEST(VectorIndexer, RefusesFeaturesThatADenseVectorLacks) {
  OpFixture op("vector_indexer",
               R"({"num_features": {"long": 2}, "keys": {"type": "list", "long": [7]},
                   "key_7_keys": {"type": "list", "double": [0]},
                   "key_7_values": {"type": "list", "long": [0]}})",
               {"input"}, {"output"});
  EXPECT_EQ(op.Score({Dense({1, 2})}), "kIndexOutOfBounds input");
  EXPECT_EQ(op.Score({Sparse(2, {{1, 5}})}), "(2){1: 5}");
}

}  // namespace
}  // namespace pillion::testing
