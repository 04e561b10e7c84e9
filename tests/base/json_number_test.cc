// Expected values are those of Java's BigDecimal and of IEEE 754, written as literals or bits.
#include "base/json_number.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace pillion {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(JsonDouble, ReadsEachSpelling) {
  EXPECT_EQ(ParseJsonDouble("0"), 0.0);
  EXPECT_EQ(ParseJsonDouble("12345678.9"), 12345678.9);
  EXPECT_EQ(ParseJsonDouble("123456789"), 123456789.0);
  EXPECT_EQ(ParseJsonDouble("1.0E+10"), 1e10);
  EXPECT_EQ(ParseJsonDouble("0.000010"), 1e-5);
  EXPECT_EQ(ParseJsonDouble("-3.25e-2"), -0.0325);
}

TEST(JsonDouble, RoundsExactly) {
  // Half-way cases that naive readers miss by one bit.
  EXPECT_EQ(std::bit_cast<std::uint64_t>(*ParseJsonDouble("9007199254740993")),
            std::bit_cast<std::uint64_t>(9007199254740992.0));
  EXPECT_EQ(*ParseJsonDouble("2.2250738585072012e-308"), 0x1p-1022);
  EXPECT_EQ(*ParseJsonDouble("4.9E-324"), 0x1p-1074);
  EXPECT_EQ(*ParseJsonDouble("1.7976931348623157E308"), std::numeric_limits<double>::max());
}

TEST(JsonDouble, ReturnsWhatPrintingTook) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value) || value == 0) continue;
    char text[64];
    const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
    EXPECT_EQ(ParseJsonDouble(std::string_view(text, end)), value);
  }
}

TEST(JsonDouble, HasNoNegativeZero) {
  for (const char* text : {"-0", "-0.0", "-0e5", "-0.000E-7"}) {
    EXPECT_FALSE(std::signbit(*ParseJsonDouble(text))) << text;
    EXPECT_FALSE(std::signbit(*ParseJsonFloat(text))) << text;
  }
}

TEST(JsonDouble, SaturatesBeyondItsRange) {
  EXPECT_EQ(ParseJsonDouble("1e999"), kInfinity);
  EXPECT_EQ(ParseJsonDouble("-1e999"), -kInfinity);
  EXPECT_EQ(ParseJsonDouble("1e99999999999999999999"), kInfinity);
  EXPECT_EQ(ParseJsonDouble("1e-999"), 0.0);
  EXPECT_EQ(ParseJsonDouble("1e-99999999999999999999"), 0.0);
  EXPECT_EQ(ParseJsonDouble("0e99999999999999999999"), 0.0);
  EXPECT_EQ(ParseJsonDouble("0." + std::string(60, '0') + "1e-300"), 0.0);
}

TEST(JsonDouble, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"",   "-",  "+1", "01",  "-01", "1.",   ".5",  "1e",       "1e+", "1.e3",  "0x10",
        "1 ", " 1", "1,", "nan", "inf", "-NaN", "NaN", "Infinity", "1f",  "1_000", "--1"}) {
    EXPECT_FALSE(ParseJsonDouble(text)) << text;
    EXPECT_FALSE(ParseJsonFloat(text)) << text;
    EXPECT_FALSE(ParseJsonInteger(text)) << text;
  }
}

TEST(JsonDouble, TakesAtMostAHundredCharacters) {
  EXPECT_EQ(ParseJsonDouble("1." + std::string(98, '0')), 1.0);
  EXPECT_FALSE(ParseJsonDouble("1." + std::string(99, '0')));
  EXPECT_FALSE(ParseJsonInteger("1." + std::string(99, '0')));
}

TEST(JsonFloat, IsRoundedOnce) {
  // By way of the nearest double, 1 + 2^-24, a tie, this would round down to 1.
  EXPECT_EQ(ParseJsonFloat("1.00000005960464477540"), std::nextafter(1.0F, 2.0F));
  EXPECT_EQ(ParseJsonFloat("32.4"), 32.4F);
  EXPECT_EQ(ParseJsonFloat("32.400001525878906"), 32.4F);
  EXPECT_EQ(ParseJsonFloat("3.5e38"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(ParseJsonFloat("1e-60"), 0.0F);
}

TEST(JsonInteger, TakesIntegralDecimalsInAnySpelling) {
  EXPECT_EQ(ParseJsonInteger("17"), 17);
  EXPECT_EQ(ParseJsonInteger("-0"), 0);
  EXPECT_EQ(ParseJsonInteger("3.0"), 3);
  EXPECT_EQ(ParseJsonInteger("1E2"), 100);
  EXPECT_EQ(ParseJsonInteger("1200e-2"), 12);
  EXPECT_EQ(ParseJsonInteger("-1.25e+2"), -125);
  EXPECT_EQ(ParseJsonInteger("0.0e999"), 0);
  EXPECT_EQ(ParseJsonInteger("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(ParseJsonInteger("-9223372036854775808.0"), INT64_MIN);
  EXPECT_EQ(ParseJsonInteger("9007199254740993"), 9007199254740993);  // not a double
}

TEST(JsonInteger, RefusesFractionsAndWhatDoesNotFit) {
  for (const char* text : {"3.5", "1e-1", "12e-2", "9223372036854775808", "9223372036854775808.0",
                           "-9223372036854775809", "1e19", "1e999", "1e99999999999999999999",
                           "1e-99999999999999999999", "NaN", "Infinity"}) {
    EXPECT_FALSE(ParseJsonInteger(text)) << text;
  }
}

}  // namespace
}  // namespace pillion
