#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kScalar[] = R"({"base": "scalar", "isNullable": true})";
constexpr char kVector[] =
    R"({"base": "tensor", "isNullable": true,
        "tensorShape": {"dimensions": [{"size": 2, "name": ""}]}})";

struct Input {
  std::string shape;
  std::string widths;
};

OpFixture Interaction(const std::vector<Input>& inputs) {
  std::string shapes;
  std::string widths;
  std::vector<std::string> ports;
  for (const Input& input : inputs) {
    const std::string number = std::to_string(ports.size());
    shapes += (shapes.empty() ? "" : ", ") + input.shape;
    widths += R"(, "num_features)" + number + R"(": {"type": "list", "int": )" + input.widths + "}";
    ports.push_back("input" + number);
  }
  return OpFixture("interaction",
                   R"({"num_inputs": {"int": )" + std::to_string(inputs.size()) +
                       R"(}, "input_shapes": {"type": "list", "data_shape": [)" + shapes + "]}" +
                       widths + "}",
                   ports, {"output"});
}

TEST(Interaction, MultipliesNumbers) {
  OpFixture op = Interaction({{kScalar, "[1]"}, {kVector, "[1, 1]"}});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(2), Dense({3, 4})}), "(2){0: 6, 1: 8}");
  EXPECT_EQ(op.Score({Number(0), Dense({3, 4})}), "(2){0: 0, 1: 0}");
}

TEST(Interaction, SpreadsCategories) {
  OpFixture op = Interaction({{kScalar, "[4]"}, {kVector, "[1, 1]"}});
  EXPECT_EQ(op.Score({Number(2), Dense({3, 4})}), "(8){4: 3, 5: 4}");
  for (const double value : {4.0, -1.0, 1.5, std::nan("")}) {
    EXPECT_EQ(op.Score({Number(value), Dense({3, 4})}), "kInvalidValue input0") << value;
  }
}

TEST(Interaction, PutsTheEntriesOfSparseVectorsWhereMLeapDoes) {
  OpFixture op = Interaction({{kVector, "[1, 1, 1]"}});
  EXPECT_EQ(op.Score({Sparse(3, {{2, 5}})}), "(3){0: 5}");
  EXPECT_EQ(op.Score({Dense({0, 0, 5})}), "(3){0: 0, 1: 0, 2: 5}");
}

TEST(Interaction, RefusesNullsAndOtherLengths) {
  OpFixture op = Interaction({{kScalar, "[1]"}, {kVector, "[1, 1]"}});
  EXPECT_EQ(op.Score({Null(), Dense({3, 4})}), "kNullValue input0");
  EXPECT_EQ(op.Score({Number(2), Null()}), "kNullValue input1");
  EXPECT_EQ(op.Score({Number(2), Dense({3, 4, 5})}), "kWrongSize input1");
  EXPECT_EQ(op.Score({Number(2), Sparse(2, {{2, 1}})}), "kIndexOutOfBounds input1");
  EXPECT_EQ(op.Score({Number(2), Sparse(2, {{-1, 1}})}), "kIndexOutOfBounds input1");
  EXPECT_EQ(op.Score({Number(2), Sparse(2, {{0, 1}, {1, 1}, {1, 1}})}), "kIndexOutOfBounds input1");
}

TEST(Interaction, RefusesImpossibleWidths) {
  EXPECT_THAT(Interaction({{kScalar, "[0]"}}).refusal(), HasSubstr("num_features0"));
  EXPECT_THAT(Interaction({{kVector, "[]"}}).refusal(), HasSubstr("num_features0"));
  EXPECT_THAT(Interaction({{kScalar, "[1, 1]"}}).refusal(), HasSubstr("one feature"));
  EXPECT_THAT(
      Interaction({{kScalar, "[2000000]"}, {kScalar, "[2000000]"}, {kScalar, "[9]"}}).refusal(),
      HasSubstr("2147483647"));
}

TEST(Interaction, RefusesRowsWhoseProductsDoNotFit) {
  std::string ones = "1";
  std::vector<double> values(3000, 1.0);
  for (std::size_t i = 1; i < values.size(); ++i) ones += ", 1";
  OpFixture op = Interaction({{kVector, "[" + ones + "]"}, {kVector, "[" + ones + "]"}});
  EXPECT_EQ(op.Score({Dense(values), Dense(values)}), "kTooLarge input0");
}

}  // namespace
}  // namespace pillion::testing
