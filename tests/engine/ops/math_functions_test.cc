#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

std::string Unary(const std::string& operation, double x) {
  OpFixture op("math_unary", R"({"operation": {"string": ")" + operation + R"("}})", {"input"},
               {"output"});
  return op.refusal().empty() ? op.Score({Number(x)}) : op.refusal();
}

TEST(MathUnary, RoundsAsJavaDoes) {
  EXPECT_EQ(Unary("round", 2.5), "3");
  EXPECT_EQ(Unary("round", -2.5), "-2");
  EXPECT_EQ(Unary("round", -0.5), "0");
  EXPECT_EQ(Unary("round", -0.0), "0");
  EXPECT_EQ(Unary("round", 0.49999999999999994), "0");
  EXPECT_EQ(Unary("round", 4503599627370497.5), "4503599627370498");
  EXPECT_EQ(Unary("round", NAN), "0");
  EXPECT_EQ(Unary("round", INFINITY), "9.223372036854776e+18");
  EXPECT_EQ(Unary("round", -1e300), "-9.223372036854776e+18");
}

TEST(MathUnary, TakesTheLogitOfProbabilitiesAlone) {
  EXPECT_EQ(Unary("logit", 0.5), "0");
  EXPECT_EQ(Unary("logit", 0), "-inf");
  EXPECT_EQ(Unary("logit", 1), "inf");
  EXPECT_EQ(Unary("logit", NAN), "nan");
  EXPECT_EQ(Unary("logit", 1.0000001), "kInvalidValue input");
  EXPECT_EQ(Unary("logit", -1e-9), "kInvalidValue input");
}

TEST(MathUnary, KnowsTheOtherFunctions) {
  EXPECT_EQ(Unary("log", 1), "0");
  EXPECT_EQ(Unary("exp", 0), "1");
  EXPECT_EQ(Unary("sqrt", 2.25), "1.5");
  EXPECT_EQ(Unary("sin", 0), "0");
  EXPECT_EQ(Unary("cos", 0), "1");
  EXPECT_EQ(Unary("tan", -0.0), "-0");
  EXPECT_EQ(Unary("abs", -3), "3");
  EXPECT_EQ(Unary("floor", -1.5), "-2");
  EXPECT_EQ(Unary("ceil", -0.5), "-0");
  EXPECT_THAT(Unary("cosh", 1), HasSubstr("found \"cosh\""));
}

std::string Binary(const std::string& operation, double a, double b) {
  OpFixture op("math_binary", R"({"operation": {"string": ")" + operation + R"("}})",
               {"input_a", "input_b"}, {"output"});
  return op.refusal().empty() ? op.Score({Number(a), Number(b)}) : op.refusal();
}

TEST(MathBinary, CalculatesAsJavaDoes) {
  EXPECT_EQ(Binary("rem", 5.5, -2), "1.5");
  EXPECT_EQ(Binary("rem", -5.5, 2), "-1.5");
  EXPECT_EQ(Binary("div", 1, 0), "inf");
  EXPECT_EQ(Binary("sub", 1, 3), "-2");
  EXPECT_EQ(Binary("log_n", 8, 2), "3");
  EXPECT_EQ(Binary("pow", NAN, 0), "1");
  EXPECT_EQ(Binary("pow", 1, NAN), "nan");
  EXPECT_EQ(Binary("pow", -1, INFINITY), "nan");
  EXPECT_EQ(Binary("min", -0.0, 0.0), "-0");
  EXPECT_EQ(Binary("min", 1, NAN), "nan");
  EXPECT_EQ(Binary("max", -0.0, 0.0), "0");
  EXPECT_EQ(Binary("max", NAN, 1), "nan");
  EXPECT_THAT(Binary("logn", 1, 2), HasSubstr("found \"logn\""));
}

TEST(MathBinary, TakesConstantsForPortsThatAreAbsent) {
  OpFixture right("math_binary", R"({"operation": {"string": "mul"}, "db": {"double": 3.333}})",
                  {"input_a"}, {"output"});
  ASSERT_EQ(right.refusal(), "");
  EXPECT_EQ(right.Score({Number(5.6)}), "18.6648");
  OpFixture left("math_binary", R"({"operation": {"string": "sub"}, "da": {}})", {"input_b"},
                 {"output"});
  EXPECT_EQ(left.Score({Number(2)}), "-2");
  OpFixture both("math_binary",
                 R"({"operation": {"string": "add"}, "da": {"double": 1}, "db": {"double": 2}})",
                 {}, {"output"});
  EXPECT_EQ(both.Score({}), "3");
}

TEST(MathBinary, RefusesASideWithTwoSourcesOrNone) {
  OpFixture two("math_binary", R"({"operation": {"string": "mul"}, "db": {"double": 3}})",
                {"input_a", "input_b"}, {"output"});
  EXPECT_THAT(two.refusal(), HasSubstr("found both"));
  OpFixture none("math_binary", R"({"operation": {"string": "mul"}})", {"input_a"}, {"output"});
  EXPECT_THAT(none.refusal(), HasSubstr("found neither"));
}

}  // namespace
}  // namespace pillion::testing
