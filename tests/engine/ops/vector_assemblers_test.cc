#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kScalar[] = R"({"base": "scalar", "isNullable": false})";
constexpr char kNullable[] = R"({"base": "scalar", "isNullable": true})";

std::string Vector(int size) {
  return R"({"base": "tensor", "isNullable": true, "tensorShape": {"dimensions": [{"size": )" +
         std::to_string(size) + R"(, "name": ""}]}})";
}

OpFixture Assembler(const std::vector<std::string>& shapes) {
  std::string list;
  std::vector<std::string> ports;
  for (const std::string& shape : shapes) {
    list += (list.empty() ? "" : ", ") + shape;
    ports.push_back("input" + std::to_string(ports.size()));
  }
  return OpFixture("vector_assembler",
                   R"({"input_shapes": {"type": "list", "data_shape": [)" + list + "]}}", ports,
                   {"output"});
}

TEST(VectorAssembler, JoinsScalarsAndVectors) {
  OpFixture op = Assembler({kScalar, kScalar, Vector(2), Vector(5)});
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Number(45), Number(76.8), Dense({23, 45.6}),
                      Sparse(5, {{1, 22.3}, {2, 45.6}, {4, 99.3}})}),
            "[45, 76.8, 23, 45.6, 0, 22.3, 45.6, 0, 99.3]");
  EXPECT_EQ(op.outputs()[0].type, DataType::Vector(9));
}

TEST(VectorAssembler, IsSparseWhereThatTakesLessRoom) {
  OpFixture op = Assembler({kScalar, Vector(10)});
  EXPECT_EQ(op.Score({Number(0), Sparse(10, {{3, 1}})}), "(11){4: 1}");
  // 3 · 6 + 4 = 22 = 2 · 11: not less.
  EXPECT_EQ(op.Score({Number(1), Dense({1, 1, 1, 1, 1, 0, 0, 0, 0, 0})}),
            "[1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]");
  EXPECT_EQ(op.Score({Number(0), Dense({1, 1, 1, 1, 1, 0, 0, 0, 0, 0})}),
            "(11){1: 1, 2: 1, 3: 1, 4: 1, 5: 1}");
}

TEST(VectorAssembler, DropsZerosOfEitherSignAndKeepsNan) {
  OpFixture op = Assembler({kScalar, Vector(2)});
  EXPECT_EQ(op.Score({Number(-0.0), Dense({NAN, -0.0})}), "[0, nan, 0]");
}

TEST(VectorAssembler, GoesByActualSizes) {
  OpFixture op = Assembler({Vector(2), kScalar});
  EXPECT_EQ(op.Score({Dense({1, 2, 3}), Number(4)}), "[1, 2, 3, 4]");
  EXPECT_EQ(op.Score({Dense({}), Number(4)}), "[4]");
}

TEST(VectorAssembler, ReadsSparsePartsAsTheyAreStored) {
  OpFixture op = Assembler({Vector(3), Vector(3)});
  EXPECT_EQ(op.Score({Dense({1, 2, 3}), Sparse(3, {{2, 5}, {0, 4}})}), "kBadIndex input1");
  EXPECT_EQ(op.Score({Dense({1, 2, 3}), Sparse(3, {{2, 5}, {0, 0}})}), "[1, 2, 3, 0, 0, 5]");
  EXPECT_EQ(op.Score({Dense({1, 2, 3}), Sparse(3, {{3, 5}})}), "kBadIndex input0");
  EXPECT_EQ(op.Score({Sparse(3, {{4, 5}}), Dense({0, 0, 1})}), "(6){4: 5, 5: 1}");
  EXPECT_EQ(op.Score({Sparse(3, {{-1, 5}}), Dense({0, 0, 1})}), "kBadIndex input0");
}

TEST(VectorAssembler, BlamesTheColumnThatIsNull) {
  OpFixture op = Assembler({kNullable, kNullable, Vector(1)});
  EXPECT_EQ(op.Score({Number(1), Null(), Dense({1})}), "kNullValue input1");
  EXPECT_EQ(op.Score({Number(1), Number(1), Null()}), "kNullValue input2");
}

TEST(VectorAssembler, RefusesTensorsOfAnotherRank) {
  OpFixture op = Assembler({Vector(2)});
  EXPECT_EQ(op.Score({Dense({1, 2}, {2, 1})}), "kBadShape input0");
  EXPECT_THAT(Assembler({R"({"base": "list", "isNullable": false})"}).refusal(),
              HasSubstr("input_shapes"));
  EXPECT_THAT(Assembler({R"({"base": "tensor", "isNullable": false})"}).refusal(),
              HasSubstr("input_shapes"));
}

TEST(VectorAssembler, RefusesSizesBeyond32Bits) {
  OpFixture op = Assembler({Vector(1), Vector(1)});
  EXPECT_EQ(op.Score({Sparse(INT32_MAX, {}), Dense({1})}), "kTooLarge input0");
  EXPECT_EQ(op.Score({Sparse(INT32_MAX - 1, {}), Dense({1})}), "(2147483647){2147483646: 1}");
}

}  // namespace
}  // namespace pillion::testing
