#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kScalar[] = R"({"base": "scalar", "isNullable": false})";
constexpr char kVector[] =
    R"({"base": "tensor", "isNullable": true,
        "tensorShape": {"dimensions": [{"size": 3, "name": ""}]}})";

OpFixture Binarizer(const std::string& threshold, const std::string& shape) {
  return OpFixture(
      "binarizer",
      R"({"threshold": )" + threshold + R"(, "input_shapes": {"data_shape": )" + shape + "}}",
      {"input"}, {"output"});
}

TEST(Binarizer, IsOneAboveTheThreshold) {
  OpFixture op = Binarizer(R"({"double": 0.3})", kScalar);
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(0.4)}), "1");
  EXPECT_EQ(op.Score({Number(0.3)}), "0");
  EXPECT_EQ(op.Score({Number(NAN)}), "0");
  op.BindTo({{"input", DataType::Scalar(BasicType::kDouble)}});
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
}

TEST(Binarizer, CompressesVectors) {
  OpFixture op = Binarizer(R"({"double": 0.3})", kVector);
  EXPECT_EQ(op.Score({Dense({0.1, 0.4, 0.3})}), "[0, 1, 0]");
  EXPECT_EQ(op.Score({Dense({0, 0, 0, 0, 0, 0, 0, 5})}), "(8){7: 1}");
  EXPECT_EQ(op.Score({Dense({})}), "[]");
}

TEST(Binarizer, LooksAtStoredEntriesAlone) {
  OpFixture op = Binarizer(R"({"double": -1})", kVector);
  EXPECT_EQ(op.Score({Dense({0, 0, 0})}), "[1, 1, 1]");
  EXPECT_EQ(op.Score({Sparse(3, {{1, 0}})}), "[0, 1, 0]");
}

TEST(Binarizer, RefusesManyColumnsAndLists) {
  OpFixture many("binarizer", R"({"thresholds": {"type": "list", "double": [1, 2]}})", {"input0"},
                 {"output0"});
  EXPECT_THAT(many.refusal(), HasSubstr("thresholds"));
  EXPECT_THAT(Binarizer("{}", R"({"base": "list", "isNullable": false})").refusal(),
              HasSubstr("list of double"));
}

TEST(SklearnBinarizer, TakesTheFirstOfItsShapes) {
  OpFixture op("sklearn_binarizer",
               std::string(R"({"threshold": {"double": 0.0}, "input_shapes": {"type": "list",
                               "data_shape": [)") +
                   kScalar + "]}}",
               {"input"}, {"output"});
  EXPECT_EQ(op.Score({Number(0)}), "0");
  EXPECT_EQ(op.Score({Number(0.1)}), "1");
}

OpFixture Bucketizer(const std::string& splits, const std::string& invalid = "error") {
  return OpFixture("bucketizer",
                   R"({"splits": {"type": "list", "double": )" + splits +
                       R"(}, "handle_invalid": {"string": ")" + invalid + R"("}})",
                   {"input"}, {"output"});
}

TEST(Bucketizer, FindsTheInterval) {
  OpFixture op = Bucketizer("[0, 10, 20, 100]");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(11)}), "1");
  EXPECT_EQ(op.Score({Number(0)}), "0");
  EXPECT_EQ(op.Score({Number(10)}), "1");
  EXPECT_EQ(op.Score({Number(55)}), "2");
  EXPECT_EQ(op.Score({Number(100)}), "2");
  EXPECT_EQ(op.Score({Number(-23)}), "kInvalidValue input");
  EXPECT_EQ(op.Score({Number(100.5)}), "kInvalidValue input");
}

TEST(Bucketizer, PutsMinusZeroBelowZero) {
  EXPECT_EQ(Bucketizer("[0, 10]").Score({Number(-0.0)}), "kInvalidValue input");
  EXPECT_EQ(Bucketizer("[-1, 0, 10]").Score({Number(-0.0)}), "0");
  EXPECT_EQ(Bucketizer("[-1, 0]").Score({Number(-0.0)}), "0");
}

TEST(Bucketizer, ReadsNullAtTheEndsAsInfinity) {
  OpFixture op = Bucketizer("[null, 0, null]");
  EXPECT_EQ(op.Score({Number(-1e300)}), "0");
  EXPECT_EQ(op.Score({Number(-INFINITY)}), "0");
  EXPECT_EQ(op.Score({Number(INFINITY)}), "1");
}

TEST(Bucketizer, HandlesNan) {
  EXPECT_EQ(Bucketizer("[0, 1, 2]").Score({Number(NAN)}), "kInvalidValue input");
  EXPECT_EQ(Bucketizer("[0, 1, 2]", "keep").Score({Number(NAN)}), "2");
  EXPECT_EQ(Bucketizer("[0, 1, 2]", "skip").Score({Number(NAN)}), "kSkipped input");
  EXPECT_EQ(Bucketizer("[0, 1, 2]", "skip").Score({Number(5)}), "kInvalidValue input");
}

TEST(Bucketizer, RefusesUnknownHandlersAndNoSplits) {
  EXPECT_THAT(Bucketizer("[0, 1]", "drop").refusal(), HasSubstr("handle_invalid"));
  EXPECT_THAT(Bucketizer("[]").refusal(), HasSubstr("bucketizer.splits"));
}

}  // namespace
}  // namespace pillion::testing
