#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

OpFixture ChiSq(const std::string& indices) {
  return OpFixture("chi_sq_selector",
                   R"({"filter_indices": {"type": "list", "long": )" + indices +
                       R"(}, "input_size": {"int": 4}})",
                   {"input"}, {"output"});
}

TEST(ChiSqSelector, PicksTheChosenFeatures) {
  OpFixture op = ChiSq("[1, 3]");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({4, 5, 6, 7})}), "[5, 7]");
  EXPECT_EQ(op.Score({Sparse(4, {{0, 1}, {3, 9}})}), "(2){1: 9}");
  EXPECT_EQ(op.Score({Sparse(4, {{1, 0}})}), "(2){0: 0}");
}

TEST(ChiSqSelector, WalksASparseVectorAlongTheChoice) {
  OpFixture op = ChiSq("[3, 1]");
  EXPECT_EQ(op.Score({Dense({4, 5, 6, 7})}), "[7, 5]");
  EXPECT_EQ(op.Score({Sparse(4, {{1, 5}, {3, 7}})}), "(2){0: 7}");
}

TEST(ChiSqSelector, RefusesFeaturesThatADenseVectorLacks) {
  EXPECT_EQ(ChiSq("[1, 4]").Score({Dense({4, 5, 6, 7})}), "kIndexOutOfBounds input");
  EXPECT_EQ(ChiSq("[-1]").Score({Dense({4})}), "kIndexOutOfBounds input");
  EXPECT_EQ(ChiSq("[1, 4]").Score({Sparse(4, {{1, 5}})}), "(2){0: 5}");
}

TEST(VectorSlicer, PicksPlacesThenNamedPlaces) {
  OpFixture op("vector_slicer",
               R"({"indices": {"type": "list", "long": [2]},
                   "names": {"type": "list", "string": ["first"]},
                   "named_indices": {"type": "list", "int": [0]}, "input_size": {"int": 3}})",
               {"input"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({10, 20, 30})}), "[30, 10]");
  EXPECT_EQ(op.Score({Sparse(3, {{0, 5}})}), "(2){1: 5}");
  EXPECT_EQ(op.Score({Sparse(3, {{0, 5}, {2, 0}})}), "(2){1: 5}");
  EXPECT_EQ(op.Score({Dense({10, 20})}), "kIndexOutOfBounds input");
  EXPECT_EQ(op.Score({Sparse(2, {{0, 5}})}), "(2){1: 5}");
}

TEST(VectorSlicer, RepeatsAPlaceThatIsListedTwice) {
  OpFixture op("vector_slicer",
               R"({"indices": {"type": "list", "long": [1, 1, 0]}, "names": {"type": "list"},
                   "named_indices": {"type": "list"}, "input_size": {"int": 3}})",
               {"input"}, {"output"});
  EXPECT_EQ(op.Score({Dense({10, 20, 30})}), "[20, 20, 10]");
  EXPECT_EQ(op.Score({Sparse(3, {{1, 20}})}), "(3){0: 20, 1: 20}");
}

}  // namespace
}  // namespace pillion::testing
