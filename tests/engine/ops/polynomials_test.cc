#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

OpFixture Expansion(int degree, long input_size) {
  return OpFixture("polynomial_expansion",
                   R"({"degree": {"long": )" + std::to_string(degree) +
                       R"(}, "input_size": {"long": )" + std::to_string(input_size) + "}}",
                   {"input"}, {"output"});
}

TEST(PolynomialExpansion, MakesAllTermsUpToTheDegree) {
  ASSERT_EQ(Expansion(2, 2).refusal(), "");
  EXPECT_EQ(Expansion(2, 2).Score({Dense({2, 3})}), "[2, 4, 3, 6, 9]");
  EXPECT_EQ(Expansion(2, 3).Score({Dense({2, 3, 5})}), "[2, 4, 3, 6, 9, 5, 10, 15, 25]");
  EXPECT_EQ(Expansion(3, 1).Score({Dense({2})}), "[2, 4, 8]");
  EXPECT_EQ(Expansion(0, 2).Score({Dense({2, 3})}), "[]");
}

TEST(PolynomialExpansion, StopsABranchAtZero) {
  EXPECT_EQ(Expansion(2, 3).Score({Dense({2, 0, 5})}), "[2, 4, 0, 0, 0, 5, 10, 0, 25]");
  EXPECT_EQ(Expansion(2, 2).Score({Dense({-0.0, 3})}), "[0, 0, 3, 0, 9]");
  EXPECT_EQ(Expansion(2, 2).Score({Dense({1e-200, 1})}), "[1e-200, 0, 1, 1e-200, 1]");
  EXPECT_EQ(Expansion(2, 2).Score({Dense({0, NAN})}), "[0, 0, nan, nan, nan]");
}

TEST(PolynomialExpansion, KeepsSparseVectorsSparse) {
  EXPECT_EQ(Expansion(2, 3).Score({Sparse(3, {{0, 2}, {2, 5}})}),
            "(9){0: 2, 1: 4, 5: 5, 6: 10, 8: 25}");
  EXPECT_EQ(Expansion(2, 3).Score({Sparse(3, {{1, 0}})}), "(9){}");
  EXPECT_EQ(Expansion(2, 3).Score({Sparse(4, {{3, 2}})}), "(14){9: 2, 13: 4}");
}

TEST(PolynomialExpansion, IsAsLongAsItsModelForDenseVectors) {
  EXPECT_EQ(Expansion(2, 3).Score({Dense({2, 3})}), "[2, 4, 3, 6, 9, 0, 0, 0, 0]");
  EXPECT_EQ(Expansion(2, 2).Score({Dense({2, 3, 5})}), "kIndexOutOfBounds input");
  EXPECT_EQ(Expansion(2, 2).Score({Dense({2, 3, 0})}), "[2, 4, 3, 6, 9]");
}

TEST(PolynomialExpansion, TakesALongVectorWithoutRecursion) {
  std::vector<double> values(300000, 0.5);
  OpFixture op = Expansion(1, static_cast<long>(values.size()));
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense(values)}).substr(0, 16), "[0.5, 0.5, 0.5, ");
}

TEST(PolynomialExpansion, RefusesExplosionsAtLoadAndInRows) {
  EXPECT_THAT(Expansion(50, 100).refusal(), HasSubstr("more terms than the limit"));
  EXPECT_THAT(Expansion(4, 1000).refusal(), HasSubstr("more terms than the limit"));
  EXPECT_THAT(Expansion(-1, 3).refusal(), HasSubstr("polynomial_expansion.degree"));
  EXPECT_THAT(Expansion(2, -3).refusal(), HasSubstr("polynomial_expansion.input_size"));
  EXPECT_EQ(Expansion(2, 3).Score({Sparse(INT32_MAX, {{5, 1}})}), "kTooLarge input");
}

OpFixture Listed(const std::string& combinations) {
  return OpFixture("sklearn_polynomial_expansion",
                   R"({"combinations": {"string": ")" + combinations + R"("}})", {"input"},
                   {"output"});
}

TEST(SklearnPolynomialExpansion, MultipliesListedPowers) {
  OpFixture op = Listed("[x0,x1,x0^2,x0 x1,x1^2,x0^3,x0^2 x1,x0 x1^2,x1^3]");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.inputs()[0].type, DataType::Vector(2));
  EXPECT_EQ(op.Score({Dense({3, 4})}), "[3, 4, 9, 12, 16, 27, 36, 48, 64]");
  EXPECT_EQ(op.Score({Sparse(2, {{1, 4}})}), "[0, 4, 0, 0, 16, 0, 0, 0, 64]");
  EXPECT_EQ(op.Score({Dense({3})}), "kIndexOutOfBounds input");
}

TEST(SklearnPolynomialExpansion, ReadsABiasAndWhateverStandsBetween) {
  EXPECT_EQ(Listed("[1, x0 ]").Score({Dense({3})}), "[1, 3]");
  EXPECT_EQ(Listed("").Score({Dense({3})}), "[1]");
  EXPECT_EQ(Listed("x0^,xx0,,").Score({Dense({3})}), "[3, 3]");
  EXPECT_THAT(Listed("x99999999999").refusal(), HasSubstr("combinations"));
}

}  // namespace
}  // namespace pillion::testing
