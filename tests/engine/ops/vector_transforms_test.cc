#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_fixture.h"

namespace pillion::testing {
namespace {

using ::testing::DoubleEq;
using ::testing::HasSubstr;

OpFixture Normalizer(const std::string& p) {
  return OpFixture("normalizer",
                   R"({"p_norm": {"double": )" + p + R"(}, "input_size": {"int": 2}})", {"input"},
                   {"output"});
}

TEST(Normalizer, DividesByTheNorm) {
  ASSERT_EQ(Normalizer("2").refusal(), "");
  EXPECT_EQ(Normalizer("2").Score({Dense({3, 4})}), "[0.6, 0.8]");
  EXPECT_EQ(Normalizer("1").Score({Dense({3, -1})}), "[0.75, -0.25]");
  EXPECT_EQ(Normalizer("3").Score({Sparse(9, {{2, 2}})}), "(9){2: 1}");
  EXPECT_EQ(Normalizer("2").Score({Dense({0, -0.0})}), "[0, -0]");
}

TEST(Normalizer, RefusesNormsBelowOne) {
  EXPECT_THAT(Normalizer("0.5").refusal(), HasSubstr("normalizer.p_norm"));
  EXPECT_THAT(Normalizer("null").refusal(), HasSubstr("infinity"));
}

OpFixture Pca(const std::string& dimensions) {
  return OpFixture("pca",
                   R"({"principal_components": {"type": "tensor", "double": [1, -1, 2, 0, -3, 1],
                       "shape": {"dimensions": )" +
                       dimensions + "}}}",
                   {"input"}, {"output"});
}

TEST(Pca, ProjectsOntoColumns) {
  OpFixture op = Pca(R"([{"size": 3, "name": ""}, {"size": 2, "name": ""}])");
  ASSERT_EQ(op.refusal(), "");
  EXPECT_EQ(op.Score({Dense({2, 1, 0})}), "[1, -3]");
  EXPECT_EQ(op.Score({Sparse(3, {{0, 2}, {1, 1}})}), "[1, -3]");
  EXPECT_EQ(op.Score({Dense({2, 1})}), "kWrongSize input");
  EXPECT_EQ(op.Score({Null()}), "kNullValue input");
}

TEST(Pca, NeedsAMatrix) {
  EXPECT_THAT(Pca(R"([{"size": 6, "name": ""}])").refusal(), HasSubstr("expected a matrix"));
}

std::vector<double> Transform(bool inverse, std::int32_t declared, const std::vector<double>& x) {
  OpFixture op("dct",
               std::string(R"({"inverse": {"boolean": )") + (inverse ? "true" : "false") +
                   R"(}, "input_size": {"int": )" + std::to_string(declared) + "}}",
               {"input"}, {"output"});
  std::vector<double> y;
  std::string text = op.Score({Dense(x)});
  for (char& c : text) c = c == '[' || c == ',' || c == ']' ? ' ' : c;
  const char* at = text.c_str();
  for (char* end = nullptr;; at = end) {
    const double value = std::strtod(at, &end);
    if (end == at) return y;
    y.push_back(value);
  }
}

// The definition, in long double.
std::vector<double> Definition(bool inverse, const std::vector<double>& x) {
  const auto size = static_cast<long double>(x.size());
  const long double pi = std::acos(-1.0L);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    long double sum = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const std::size_t n = inverse ? i : j;
      const std::size_t k = inverse ? j : i;
      const std::size_t turn = (2 * n + 1) * k % (4 * x.size());
      sum += std::sqrt((k == 0 ? 1 : 2) / size) * x[j] *
             std::cos(pi * static_cast<long double>(turn) / (2 * size));
    }
    y.push_back(static_cast<double>(sum));
  }
  return y;
}

TEST(Dct, MeetsItsDefinitionAtAnyLength) {
  for (const std::size_t size : {2, 3, 6, 8, 63, 64, 65, 100, 128, 1000, 1024}) {
    std::vector<double> x;
    double norm = 0;
    for (std::size_t i = 0; i < size; ++i) {
      x.push_back(std::sin(static_cast<double>(i * i)) + 0.25);
      norm += x.back() * x.back();
    }
    for (const bool inverse : {false, true}) {
      const std::vector<double> expected = Definition(inverse, x);
      for (const std::int32_t declared : {static_cast<std::int32_t>(size), -1, INT32_MAX}) {
        const std::vector<double> y = Transform(inverse, declared, x);
        ASSERT_EQ(y.size(), size);
        for (std::size_t i = 0; i < size; ++i) {
          EXPECT_NEAR(y[i], expected[i], 1e-14 * std::sqrt(norm)) << size << " at " << i;
        }
      }
    }
  }
}

TEST(Dct, MatchesTheExamples) {
  const std::vector<double> forward = Transform(false, 3, {1, 2, 3});
  EXPECT_DOUBLE_EQ(forward[0], 3.4641016151377544);
  EXPECT_DOUBLE_EQ(forward[1], -1.4142135623730951);
  EXPECT_NEAR(forward[2], 0, 1e-15);
  const std::vector<double> inverse = Transform(true, 2, {1, 2});
  EXPECT_DOUBLE_EQ(inverse[0], 2.1213203435596424);
  EXPECT_DOUBLE_EQ(inverse[1], -0.7071067811865475);
  EXPECT_EQ(Transform(false, 1, {0.1}), std::vector<double>{0.1});
  EXPECT_THAT(Transform(false, 8, std::vector<double>(8, 1e9)),
              ::testing::ElementsAre(DoubleEq(std::sqrt(8) * 1e9), 0, 0, 0, 0, 0, 0, 0));
}

TEST(Dct, RefusesVectorsThatDoNotFit) {
  OpFixture op("dct", R"({"inverse": {}, "input_size": {"int": 3}})", {"input"}, {"output"});
  EXPECT_EQ(op.Score({Sparse(INT32_MAX, {{0, 1}})}), "kTooLarge input");
  EXPECT_EQ(op.Score({Sparse(2, {})}), "[0, 0]");
  EXPECT_EQ(op.Score({Dense({})}), "kWrongSize input");
}

TEST(Dct, RefusesLongVectorsOfSparseRowsBeforeTheWork) {
  OpFixture op("dct", R"({"inverse": {}, "input_size": {"int": 3}})", {"input"}, {"output"});
  EXPECT_EQ(op.Score({Sparse(131'071, {{0, 1}})}), "kTooCostly input");
  EXPECT_EQ(op.Score({Sparse(2, {{0, 0}})}), "[0, 0]");
  EXPECT_TRUE(op.Score({Sparse(131'072, {{0, 0}})}).starts_with("[0, 0, 0"));  // a power of 2
}

}  // namespace
}  // namespace pillion::testing
