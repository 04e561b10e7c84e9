#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

TEST(Imputer, ReplacesNullNanAndTheMissingValue) {
  OpFixture op("imputer",
               R"({"surrogate_value": {"double": 45.7}, "missing_value": {"double": 23.6},
                   "strategy": {"string": "mean"}})",
               {"input"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(42)}), "42");
  EXPECT_EQ(op.Score({Null()}), "45.7");
  EXPECT_EQ(op.Score({Number(23.6)}), "45.7");
  EXPECT_EQ(op.Score({Number(NAN)}), "45.7");
}

TEST(Imputer, RefusesNullWhereTheInputMayNotBeNull) {
  OpFixture op("imputer",
               R"({"surrogate_value": {"double": 1}, "strategy": {"string": "mean"},
                   "missing_value": {"double": null}, "nullable_input": {}})",
               {"input"}, {"output"});
  EXPECT_EQ(op.Score({Number(NAN)}), "1");
  op.BindTo({{"input", DataType::Scalar(BasicType::kDouble)}});
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
}

TEST(Imputer, ReadsAnIntegerMissingValueAsZero) {
  OpFixture op("imputer",
               R"({"surrogate_value": {"double": 1}, "strategy": {"string": "mean"},
                   "missing_value": {"long": 5}})",
               {"input"}, {"output"});
  EXPECT_EQ(op.Score({Number(5)}), "5");
  EXPECT_EQ(op.Score({Number(0)}), "1");
}

TEST(Imputer, NeedsAStrategy) {
  OpFixture op("imputer", R"({"surrogate_value": {"double": 1}})", {"input"}, {"output"});
  EXPECT_THAT(op.refusal(), HasSubstr("imputer.strategy"));
}

TEST(Coalesce, TakesTheFirstInTheOrderOfTheNode) {
  constexpr char kThree[] =
      R"({"nullable_inputs": {"type": "list", "boolean": [true, true, true]}})";
  OpFixture op("coalesce", kThree, {"input0", "input1", "input2"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Null(), Null(), Number(23.4)}), "23.4");
  EXPECT_EQ(op.Score({Null(), Number(NAN), Number(23.4)}), "nan");
  EXPECT_EQ(op.Score({Null(), Null(), Null()}), "null");
  OpFixture swapped("coalesce", kThree, {"input2", "input0", "input1"}, {"output"});
  EXPECT_EQ(swapped.inputs()[0].name, "input2");
  EXPECT_EQ(swapped.Score({Number(1), Number(2), Null()}), "1");
}

TEST(Coalesce, ReadsAsManyInputsAsItHasFlags) {
  constexpr char kTwo[] = R"({"nullable_inputs": {"type": "list", "boolean": [true, true]}})";
  OpFixture more("coalesce", kTwo, {"input0", "input1", "input2"}, {"output"});
  EXPECT_EQ(more.Score({Null(), Null()}), "null");
  OpFixture fewer("coalesce", kTwo, {"input0"}, {"output"});
  EXPECT_THAT(fewer.refusal(), HasSubstr("the input port 'input1' of coalesce is missing"));
}

}  // namespace
}  // namespace pillion::testing
