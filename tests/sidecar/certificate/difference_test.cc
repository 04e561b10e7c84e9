// Distances are those of IEEE 754's neighbours, as std::nextafter gives them.
#include "sidecar/certificate/difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace pillion {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::uint64_t Ulps(double a, double b) {
  return DifferenceOf(Value::Scalar(a), Value::Scalar(b), DataType::Scalar(BasicType::kDouble))
      .ulps;
}

TEST(Difference, CountsNeighbours) {
  EXPECT_EQ(Ulps(1, 1), 0U);
  for (const double x : {1.0, -1.0, 1e300, 1e-310, -0.0, 4.0, 0.0}) {
    EXPECT_EQ(Ulps(x, std::nextafter(x, kInfinity)), x == 0 && std::signbit(x) ? 2U : 1U) << x;
    EXPECT_EQ(Ulps(std::nextafter(std::nextafter(x, kInfinity), kInfinity), x),
              x == 0 && std::signbit(x) ? 3U : 2U)
        << x;
  }
  EXPECT_EQ(Ulps(0.0, -0.0), 1U);
  EXPECT_EQ(Ulps(std::numeric_limits<double>::max(), kInfinity), 1U);
  EXPECT_EQ(Ulps(kNaN, -kNaN), 0U);
  EXPECT_EQ(Ulps(kNaN, 1), Difference::kApart);
  const auto floats = [](float a, float b) {
    return DifferenceOf(Value::Scalar(a), Value::Scalar(b), DataType::Scalar(BasicType::kFloat))
        .ulps;
  };
  EXPECT_EQ(floats(1, std::nextafter(1.0F, 2.0F)), 1U);
  EXPECT_EQ(
      floats(std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::denorm_min()),
      3U);
}

TEST(Difference, TakesTheElementsThatAreFurthestApart) {
  const std::vector<double> a = {1, 2, 3, kInfinity};
  const std::vector<double> b = {1, 2.5, 3.25, kInfinity};
  const Difference difference =
      DifferenceOf(Value::Dense(a.data(), 4), Value::Dense(b.data(), 4), DataType::Vector());
  EXPECT_EQ(difference.absolute, 0.5);
  EXPECT_EQ(difference.ulps, Ulps(2, 2.5));
  EXPECT_EQ(
      DifferenceOf(Value::Dense(a.data(), 4), Value::Dense(a.data(), 3), DataType::Vector()).ulps,
      Difference::kApart);
}

TEST(Difference, DoesNotAskHowAVectorIsStored) {
  const std::vector<double> dense = {0, 7, 0, 9};
  const std::vector<std::int32_t> at = {1, 3};
  const std::vector<double> stored = {7, 9};
  const Value sparse = Value::Sparse(at.data(), stored.data(), 2, 4);
  EXPECT_EQ(DifferenceOf(Value::Dense(dense.data(), 4), sparse, DataType::Vector()).ulps, 0U);
  const std::vector<std::int32_t> elsewhere = {0, 3};
  const Value other = Value::Sparse(elsewhere.data(), stored.data(), 2, 4);
  EXPECT_GT(DifferenceOf(sparse, other, DataType::Vector()).ulps, 0U);
  EXPECT_EQ(DifferenceOf(sparse, other, DataType::Vector()).absolute, 7);
}

TEST(Difference, IsAllOrNothingForWhatHasNoNeighbours) {
  const auto text = DataType::Scalar(BasicType::kString);
  EXPECT_EQ(DifferenceOf(Value::Text("a"), Value::Text("a"), text).ulps, 0U);
  EXPECT_EQ(DifferenceOf(Value::Text("a"), Value::Text("b"), text).ulps, Difference::kApart);
  EXPECT_EQ(DifferenceOf(Value::Text("a"), Value::Null(), text).ulps, Difference::kApart);
  EXPECT_EQ(DifferenceOf(Value::Null(), Value::Null(), text).ulps, 0U);
  const Difference whole =
      DifferenceOf(Value::Scalar(std::int32_t{3}), Value::Scalar(std::int32_t{5}),
                   DataType::Scalar(BasicType::kInt));
  EXPECT_EQ(whole.ulps, Difference::kApart);
  EXPECT_EQ(whole.absolute, 2);
}

}  // namespace
}  // namespace pillion
