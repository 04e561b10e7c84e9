#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

constexpr char kStd[] = R"("std": {"double": [2.5, 8, 10], "shape": {"dimensions": [{"size": 3,
    "name": ""}]}, "type": "tensor"})";
constexpr char kMean[] = R"("mean": {"double": [50, 20, 30], "shape": {"dimensions": [{"size": 3,
    "name": ""}]}, "type": "tensor"})";

std::string Object(const std::string& members) { return "{" + members + "}"; }

std::string Tensor(const std::string& name, const std::string& values, int size) {
  return "\"" + name + R"(": {"double": [)" + values + R"(], "shape": {"dimensions": [{"size": )" +
         std::to_string(size) + R"(, "name": ""}]}, "type": "tensor"})";
}

OpFixture Op(std::string_view op, const std::string& members) {
  return OpFixture(op, Object(members), {"input"}, {"output"});
}

TEST(StandardScaler, CentresAndScales) {
  OpFixture op = Op("standard_scaler", std::string(kStd) + "," + kMean);
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({54, 23.5, 40})}), "[1.6, 0.4375, 1]");
  EXPECT_EQ(op.Score({Sparse(3, {{0, 54}, {2, 40}})}), "[1.6, -2.5, 1]");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
}

TEST(StandardScaler, KeepsTheFormWithoutAMean) {
  OpFixture op = Op("standard_scaler", kStd);
  EXPECT_EQ(op.Score({Dense({5, 8, -0.0})}), "[2, 1, -0]");
  EXPECT_EQ(op.Score({Sparse(3, {{0, 5}, {1, 0}})}), "(3){0: 2, 1: 0}");
}

TEST(StandardScaler, GivesZeroWhereThereIsNoDeviation) {
  OpFixture scaled = Op("standard_scaler", Tensor("std", "0, 1", 2));
  EXPECT_EQ(scaled.Score({Dense({5, 8})}), "[0, 8]");
  EXPECT_EQ(scaled.Score({Dense({INFINITY, 8})}), "[-nan, 8]");
  OpFixture centred =
      Op("standard_scaler", Tensor("std", "0, 1", 2) + "," + Tensor("mean", "1, 1", 2));
  EXPECT_EQ(centred.Score({Dense({INFINITY, 8})}), "[0, 7]");
}

TEST(StandardScaler, ReadsOneEntryOfItsOwnForEachStoredOne) {
  OpFixture op = Op("standard_scaler", kStd);
  EXPECT_EQ(op.Score({Dense({5, 8})}), "[2, 1]");
  EXPECT_EQ(op.Score({Dense({5, 8, 1, 0})}), "kIndexOutOfBounds input");
  EXPECT_EQ(op.Score({Sparse(9, {{0, 5}})}), "(9){0: 2}");
  EXPECT_EQ(op.Score({Sparse(9, {{0, 5}, {3, 0}})}), "kIndexOutOfBounds input");
}

TEST(StandardScaler, NeedsMeanOrDeviation) { EXPECT_NE(Op("standard_scaler", "").refusal(), ""); }

TEST(MinMaxScaler, ScalesToTheTargetRangeAndIsAlwaysDense) {
  OpFixture op = Op("min_max_scaler",
                    Tensor("min", "1, 0, 5, 10", 4) + "," + Tensor("max", "15, 10, 15, 20", 4));
  EXPECT_EQ(op.Score({Dense({15, 5, 5, 19})}), "[1, 0.5, 0, 0.9]");
  EXPECT_EQ(op.Score({Sparse(4, {{0, 15}, {2, 5}, {3, 19}})}), "[1, 0, 0, 0.9]");
  EXPECT_EQ(op.Score({Dense({NAN, 5})}), "[nan, 0.5]");
  EXPECT_EQ(op.Score({Dense({15, 5, 5, 19, NAN})}), "[1, 0.5, 0, 0.9, nan]");
  EXPECT_EQ(op.Score({Dense({15, 5, 5, 19, 1})}), "kIndexOutOfBounds input");
}

TEST(MinMaxScaler, GivesTheMiddleOfTheTargetForAConstantColumn) {
  OpFixture op =
      Op("min_max_scaler", Tensor("min", "3", 1) + "," + Tensor("max", "3", 1) +
                               R"(, "minValue": {"double": -1}, "maxValue": {"double": 3})");
  EXPECT_EQ(op.Score({Dense({77})}), "[1]");
}

TEST(MinMaxScaler, NeedsAsManyMaximaAsMinima) {
  const std::string refusal =
      Op("min_max_scaler", Tensor("min", "1, 2", 2) + "," + Tensor("max", "3", 1)).refusal();
  EXPECT_THAT(refusal, ::testing::HasSubstr("min_max_scaler.max"));
}

TEST(MaxAbsScaler, DividesAndClamps) {
  OpFixture op = Op("max_abs_scaler", Tensor("maxAbs", "20, 10, 10, 20", 4));
  EXPECT_EQ(op.Score({Dense({15, -5, 5, 19})}), "[0.75, -0.5, 0.5, 0.95]");
  EXPECT_EQ(op.Score({Dense({40, -50, NAN, -0.0})}), "[1, -1, nan, -0]");
  EXPECT_EQ(op.Score({Sparse(4, {{1, 5}, {2, 0}})}), "(4){1: 0.5, 2: 0}");
}

TEST(MaxAbsScaler, TakesZeroForOneAndDividesExactly) {
  OpFixture op = Op("max_abs_scaler", Tensor("maxAbs", "0, 0.9", 2));
  EXPECT_EQ(op.Score({Dense({0.5, 0.7})}), "[0.5, 0.7777777777777777]");
}

TEST(ElementwiseProduct, LeavesUnstoredZerosAlone) {
  OpFixture op = Op("elementwise_product", Tensor("scaling_vec", "0.5, 1, 1", 3));
  EXPECT_EQ(op.Score({Dense({15, 10, 10})}), "[7.5, 10, 10]");
  EXPECT_EQ(op.Score({Sparse(3, {{0, 15}})}), "(3){0: 7.5}");
  EXPECT_EQ(op.Score({Dense({15, 10, 10, 1})}), "kIndexOutOfBounds input");
}

TEST(Scalers, RefuseHostileSparseVectors) {
  OpFixture op = Op("min_max_scaler", Tensor("min", "1", 1) + "," + Tensor("max", "2", 1));
  EXPECT_EQ(op.Score({Sparse(INT32_MAX, {{0, 1}})}), "kTooLarge input");
  EXPECT_EQ(op.Score({Sparse(3, {{1, 1}, {1, 2}})}), "kBadIndex input");
  EXPECT_EQ(op.Score({Sparse(3, {{3, 1}})}), "kBadIndex input");
  EXPECT_EQ(op.Score({Sparse(3, {{-1, 1}})}), "kBadIndex input");
  EXPECT_EQ(op.Score({Sparse(-1, {})}), "kBadShape input");
  EXPECT_EQ(op.Score({Sparse(0, {})}), "[]");
}

}  // namespace
}  // namespace pillion::testing
