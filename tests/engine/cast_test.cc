// Expected values: the table of casts in the specification, and recorded answers of MLeap.
#include "engine/cast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "tests/support/op_fixture.h"

namespace pillion {
namespace {

using testing::Given;
using testing::ToText;

std::string Cast(const Given& given, const DataType& from, const DataType& to) {
  const std::unique_ptr<const Kernel> kernel = MakeCast(from, to);
  if (kernel == nullptr) return "impossible";
  Arena arena(1 << 20);
  Value registers[] = {given.value, Value::Scalar(77.0)};
  const std::uint32_t slots[] = {0, 1};
  Arguments arguments(registers, &slots[0], &slots[1], &arena);
  const ScoreCode code = kernel->Run(arguments);
  return code == ScoreCode::kOk ? ToText(registers[1], to) : std::string(Name(code));
}

std::string Cast(const Given& given, BasicType from, BasicType to) {
  return Cast(given, DataType::Scalar(from), DataType::Scalar(to));
}

template <typename T>
Given Scalar(T x) {
  return {Value::Scalar(x), nullptr, nullptr};
}

using enum BasicType;

TEST(Cast, BooleansBecomeOneAndZero) {
  EXPECT_EQ(Cast(Scalar(true), kBoolean, kDouble), "1");
  EXPECT_EQ(Cast(Scalar(false), kBoolean, kByte), "0");
  EXPECT_EQ(Cast(Scalar(true), kBoolean, kString), "1");
  EXPECT_EQ(Cast(Scalar(false), kBoolean, kString), "0");
}

TEST(Cast, NumbersBecomeTrueUnlessZero) {
  EXPECT_EQ(Cast(Scalar(-0.0), kDouble, kBoolean), "false");
  EXPECT_EQ(Cast(Scalar(std::nan("")), kDouble, kBoolean), "true");
  EXPECT_EQ(Cast(Scalar(std::int64_t{1} << 40), kLong, kBoolean), "true");
}

TEST(Cast, FloatingNumbersTruncateAndSaturate) {
  EXPECT_EQ(Cast(Scalar(-1.9), kDouble, kInt), "-1");
  EXPECT_EQ(Cast(Scalar(1e10), kDouble, kInt), "2147483647");
  EXPECT_EQ(Cast(Scalar(-1e10), kDouble, kInt), "-2147483648");
  EXPECT_EQ(Cast(Scalar(std::nan("")), kDouble, kInt), "0");
  EXPECT_EQ(Cast(Scalar(1e19), kDouble, kLong), "9223372036854775807");
  EXPECT_EQ(Cast(Scalar(1e19F), kFloat, kLong), "9223372036854775807");
  EXPECT_EQ(Cast(Scalar(300.0), kDouble, kByte), "44");
  EXPECT_EQ(Cast(Scalar(1e10), kDouble, kShort), "-1");  // by way of the largest int
  EXPECT_EQ(Cast(Scalar(1e300), kDouble, kFloat), "inf");
}

TEST(Cast, IntegersWrap) {
  EXPECT_EQ(Cast(Scalar(std::int64_t{1} << 32 | 5), kLong, kInt), "5");
  EXPECT_EQ(Cast(Scalar(std::int32_t{200}), kInt, kByte), "-56");
  EXPECT_EQ(Cast(Scalar((std::int64_t{1} << 53) + 1), kLong, kDouble), "9007199254740992");
}

TEST(Cast, NumbersBecomeJavaText) {
  EXPECT_EQ(Cast(Scalar(5.0), kDouble, kString), "5.0");
  EXPECT_EQ(Cast(Scalar(0.1F), kFloat, kString), "0.1");
  EXPECT_EQ(Cast(Scalar(1e7), kDouble, kString), "1.0E7");
  EXPECT_EQ(Cast(Scalar(std::int8_t{-3}), kByte, kString), "-3");
}

TEST(Cast, TextBecomesBoolean) {
  const struct {
    const char* text;
    const char* expected;
  } cases[] = {{"true", "true"}, {"yes", "true"},  {"false", "false"}, {"no", "false"},
               {"", "false"},    {"000", "false"}, {"010", "true"},    {"maybe", "true"},
               {"0.0", "true"},  {"-0", "true"},   {"null", "true"},   {"\u0660", "kBadNumber"}};
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(Cast(testing::Text(text), kString, kBoolean), expected) << text;
  }
}

TEST(Cast, TextBecomesNumberOrNull) {
  EXPECT_EQ(Cast(testing::Text("2.5"), kString, kDouble), "2.5");
  EXPECT_EQ(Cast(testing::Text(""), kString, kDouble), "null");
  EXPECT_EQ(Cast(testing::Text("null"), kString, kInt), "null");
  EXPECT_EQ(Cast(testing::Text("x"), kString, kDouble), "kBadNumber");
  EXPECT_EQ(Cast(testing::Text("1.0"), kString, kInt), "kBadNumber");
  EXPECT_EQ(Cast(testing::Text("40000"), kString, kShort), "kBadNumber");
}

TEST(Cast, NullStaysNull) {
  EXPECT_EQ(Cast(testing::Null(), kInt, kDouble), "null");
  EXPECT_EQ(Cast(testing::Null(), DataType::List(kInt), DataType::Vector()), "null");
  EXPECT_EQ(Cast(testing::Null(), DataType::Vector(1), DataType::Scalar(kDouble)), "null");
}

TEST(Cast, ByteStringsAreNothingElse) {
  EXPECT_EQ(Cast(testing::Text("a"), kByteString, kString), "impossible");
  EXPECT_EQ(Cast(testing::Text("a"), kString, kByteString), "impossible");
}

TEST(Cast, ListsBecomeVectors) {
  const Given texts = testing::Texts({"1", "", "-3e2", "null"});
  EXPECT_EQ(Cast(texts, DataType::List(kString), DataType::Vector(4)), "[1, 0, -300, 0]");
  EXPECT_EQ(Cast(texts, DataType::List(kString), DataType::List(kDouble)), "[1, 0, -300, 0]");
  EXPECT_EQ(Cast(testing::Texts({"1", "x"}), DataType::List(kString), DataType::Vector()),
            "kBadNumber");
  EXPECT_EQ(Cast(testing::Numbers({1, 2}), DataType::List(kDouble), DataType::List(kString)),
            "[1.0, 2.0]");
  EXPECT_EQ(Cast(testing::Numbers({1, 2}), DataType::List(kDouble), DataType::Vector(9)), "[1, 2]");
}

TEST(Cast, DenseTensorsBecomeLists) {
  const DataType list = DataType::List(kDouble);
  EXPECT_EQ(Cast(testing::Dense({1, 2, 3, 4}, {2, 2}), DataType::Tensor(kDouble), list),
            "[1, 2, 3, 4]");
  EXPECT_EQ(Cast(testing::Sparse(3, {{1, 5}}), DataType::Vector(), list), "kBadShape");
}

TEST(Cast, TensorsKeepTheirForm) {
  EXPECT_EQ(Cast(testing::Sparse(3, {{1, 5.5}}), DataType::Vector(), DataType::Tensor(kInt)),
            "(3){1: 5}");
  EXPECT_EQ(Cast(testing::Dense({1, 2}, {2, 1}), DataType::Vector(), DataType::Tensor(kBoolean)),
            "[true, true] 2x1");
}

TEST(Cast, TensorsOfOneElementBecomeScalars) {
  const DataType scalar = DataType::Scalar(kDouble);
  EXPECT_EQ(Cast(testing::Dense({2.5}), DataType::Vector(1), scalar), "2.5");
  EXPECT_EQ(Cast(testing::Dense({2.5}), DataType::Tensor(kDouble, {{1, 1}}), scalar), "2.5");
  EXPECT_EQ(Cast(testing::Dense({2.5, 3}), DataType::Vector(1), scalar), "2.5");
  EXPECT_EQ(Cast(testing::Dense({}), DataType::Vector(1), scalar), "kIndexOutOfBounds");
  EXPECT_EQ(Cast(testing::Sparse(1, {{0, 4}}), DataType::Vector(1), scalar), "4");
  EXPECT_EQ(Cast(testing::Sparse(1, {}), DataType::Vector(1), scalar), "kIndexOutOfBounds");
  EXPECT_EQ(Cast(testing::Dense({2.5}), DataType::Tensor(kDouble), scalar), "impossible");
  EXPECT_EQ(Cast(testing::Dense({2.5}), DataType::Vector(2), scalar), "impossible");
  EXPECT_EQ(Cast(testing::Dense({2.5}), DataType::Tensor(kDouble, {{}}), DataType::Scalar(kString)),
            "2.5");
}

TEST(Cast, ScalarsBecomeTensorsOfRankZeroOnly) {
  const DataType rank_0 = DataType::Tensor(kDouble, {{}});
  EXPECT_EQ(Cast(Scalar(2.5), DataType::Scalar(kDouble), rank_0), "[2.5] ");
  EXPECT_EQ(Cast(testing::Text(""), DataType::Scalar(kString), rank_0), "[0] ");
  EXPECT_EQ(Cast(Scalar(2.5), DataType::Scalar(kDouble), DataType::Vector(1)), "impossible");
  EXPECT_EQ(Cast(Scalar(2.5), DataType::Scalar(kDouble), DataType::List(kDouble)), "impossible");
}

TEST(Cast, MapsCastKeysAndValues) {
  static constexpr std::int32_t kKeys[] = {1, 2};
  static constexpr double kValues[] = {1.5, 2.5};
  Given map = {Value::List(kValues, 2), nullptr, nullptr};
  map.value.keys = kKeys;
  EXPECT_EQ(Cast(map, DataType::Map(kInt, kDouble), DataType::Map(kString, kInt)), "{1: 1, 2: 2}");
  EXPECT_EQ(Cast(map, DataType::Map(kInt, kDouble), DataType::Scalar(kDouble)), "impossible");
  EXPECT_EQ(Cast(map, DataType::Map(kInt, kDouble), DataType::Map(kByteString, kInt)),
            "impossible");
}

TEST(Cast, StopsAtTheRowsLimit) {
  const std::unique_ptr<const Kernel> kernel =
      MakeCast(DataType::List(kDouble), DataType::List(kString));
  Arena arena(64);
  const Given many = testing::Numbers({1, 2, 3, 4, 5, 6, 7, 8});
  Value registers[] = {many.value, Value::Null()};
  const std::uint32_t slots[] = {0, 1};
  Arguments arguments(registers, &slots[0], &slots[1], &arena);
  EXPECT_EQ(kernel->Run(arguments), ScoreCode::kTooLarge);
}

TEST(Cast, IsNeededForAnotherFormOnly) {
  EXPECT_FALSE(NeedsCast(DataType::Vector(3), DataType::Vector(7, false)));
  EXPECT_TRUE(NeedsCast(DataType::Vector(3), DataType::List(kDouble)));
  EXPECT_TRUE(NeedsCast(DataType::Scalar(kInt), DataType::Scalar(kLong)));
  EXPECT_TRUE(NeedsCast(DataType::Map(kInt, kLong), DataType::Map(kLong, kLong)));
}

}  // namespace
}  // namespace pillion
