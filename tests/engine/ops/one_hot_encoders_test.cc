#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

OpFixture NewForm(const std::string& sizes, const std::string& invalid,
                  const std::string& drop_last) {
  return OpFixture("one_hot_encoder",
                   R"({"category_sizes": {"type": "list", "int": )" + sizes +
                       R"(}, "handle_invalid": {"string": ")" + invalid + R"("}, "drop_last": )" +
                       drop_last + "}",
                   {"input0"}, {"output0"});
}

TEST(OneHotEncoder, DropsTheLastCategory) {
  OpFixture op = NewForm("[5]", "error", R"({"boolean": true})");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(1)}), "(4){1: 1}");
  EXPECT_EQ(op.Score({Number(4)}), "(4){}");
  EXPECT_EQ(op.Score({Number(5)}), "kInvalidValue input0");
  EXPECT_EQ(op.Score({Number(-1)}), "kInvalidValue input0");
}

TEST(OneHotEncoder, HasAWidthForEachWayOfHandlingInvalidOnes) {
  EXPECT_EQ(NewForm("[5]", "error", "{}").Score({Number(4)}), "(5){4: 1}");
  EXPECT_EQ(NewForm("[5]", "error", "{}").Score({Number(5)}), "kInvalidValue input0");
  EXPECT_EQ(NewForm("[5]", "keep", R"({"boolean": true})").Score({Number(9)}), "(5){}");
  EXPECT_EQ(NewForm("[5]", "keep", R"({"boolean": true})").Score({Number(4)}), "(5){4: 1}");
  EXPECT_EQ(NewForm("[5]", "keep", "{}").Score({Number(-7)}), "(6){5: 1}");
  EXPECT_EQ(NewForm("[0]", "keep", R"({"boolean": true})").Score({Number(0)}), "(0){}");
}

TEST(OneHotEncoder, WantsWholeNumbersEvenWhereItKeepsInvalidOnes) {
  OpFixture op = NewForm("[5]", "keep", "{}");
  for (const double label : {1.5, std::nan(""), HUGE_VAL, -HUGE_VAL, 1e10, -3e9}) {
    EXPECT_EQ(op.Score({Number(label)}), "kInvalidValue input0") << label;
  }
  EXPECT_EQ(op.Score({Number(-0.0)}), "(6){0: 1}");
}

TEST(OneHotEncoder, ReadsTheOldFormThroughItsOldPorts) {
  OpFixture op("one_hot_encoder", R"({"size": {"long": 6}, "drop_last": {"boolean": true}})",
               {"input"}, {"output"});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(5)}), "(6){5: 1}");
  EXPECT_EQ(op.Score({Number(6)}), "(6){}");
  OpFixture strict("one_hot_encoder", R"({"size": {"long": 6}, "drop_last": {}})", {"input"},
                   {"output"});
  EXPECT_EQ(strict.Score({Number(6)}), "kInvalidValue input");
}

TEST(OneHotEncoder, EncodesEachColumnByItsOwnSize) {
  OpFixture op("one_hot_encoder",
               R"({"category_sizes": {"type": "list", "int": [2, 3]},
                   "handle_invalid": {"string": "error"}, "drop_last": {}})",
               {"input0", "input1"}, {"output0", "output1"});
  EXPECT_EQ(op.Score({Number(1), Number(2)}), "(2){1: 1}; (3){2: 1}");
  EXPECT_EQ(op.Score({Number(1), Number(3)}), "kInvalidValue input1");
}

TEST(OneHotEncoder, RefusesWhatItCannotDo) {
  EXPECT_THAT(NewForm("[5]", "skip", "{}").refusal(), HasSubstr("found \"skip\""));
  EXPECT_THAT(NewForm("[-1]", "error", "{}").refusal(), HasSubstr("found -1"));
  OpFixture no_drop("one_hot_encoder", R"({"category_sizes": {"type": "list", "int": [5]},
                                           "handle_invalid": {"string": "error"}})",
                    {"input0"}, {"output0"});
  EXPECT_THAT(no_drop.refusal(), HasSubstr("drop_last"));
}

}  // namespace
}  // namespace pillion::testing
