// Expected texts come from java.lang.Double and Float of JDK 17; text_driver.cc and
// TextOracle.java compare the rest of the range at random.
#include "engine/java/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

namespace pillion {
namespace {

template <typename T>
std::string Format(T x) {
  char buffer[kJavaNumberBytesMax];
  return {buffer, FormatJavaNumber(x, buffer)};
}

TEST(JavaNumber, WritesDoublesAsJava17) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const struct {
    double x;
    const char* text;
  } cases[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-12.5, "-12.5"},
      {1e7, "1.0E7"},
      {9999999.0, "9999999.0"},
      {1e-3, "0.001"},
      {2e-3, "0.002"},
      {9.999e-4, "9.999E-4"},
      {1.23456789125e8, "1.23456789125E8"},
      {0.1, "0.1"},
      {1.0 / 3, "0.3333333333333333"},
      {1e21, "1.0E21"},
      {9007199254740993.0, "9.007199254740992E15"},
      {9223372036854775807.0, "9.223372036854776E18"},
      {123456789012345680.0, "1.2345678901234568E17"},
      {1.7976931348623157e308, "1.7976931348623157E308"},
      {2.2250738585072014e-308, "2.2250738585072014E-308"},
      {2.2250738585072011e-308, "2.225073858507201E-308"},
      {4.9e-324, "4.9E-324"},
      {2.98023223876953125e-8, "2.9802322387695312E-8"},
      // Digits that later JDKs no longer print.
      {2e23, "1.9999999999999998E23"},
      {1e23, "9.999999999999999E22"},
      {8.41e21, "8.409999999999999E21"},
      {std::nan(""), "NaN"},
      {kInfinity, "Infinity"},
      {-kInfinity, "-Infinity"},
  };
  for (const auto& [x, text] : cases) EXPECT_EQ(Format(x), text);
}

TEST(JavaNumber, WritesFloatsWithTheirOwnDigits) {
  const struct {
    float x;
    const char* text;
  } cases[] = {
      {0.1F, "0.1"},
      {1e10F, "1.0E10"},
      {3.4028235e38F, "3.4028235E38"},
      {1.4e-45F, "1.4E-45"},
      {1.17549435e-38F, "1.17549435E-38"},
      {33554432.0F, "3.3554432E7"},
      {4294967296.0F, "4.2949673E9"},
      {9.99e-4F, "9.99E-4"},
  };
  for (const auto& [x, text] : cases) EXPECT_EQ(Format(x), text);
}

TEST(JavaNumber, WritesIntegersPlain) {
  EXPECT_EQ(Format(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Format(std::int64_t{0}), "0");
}

TEST(JavaNumber, ReadsBackEveryDoubleThatItWrites) {
  std::uint64_t bits = 0x9e3779b97f4a7c15;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 6364136223846793005 + 1442695040888963407;
    const auto x = std::bit_cast<double>(bits);
    if (std::isnan(x)) continue;
    double back = 0;
    ASSERT_TRUE(ParseJavaNumber(Format(x), &back));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back), bits) << Format(x);
  }
}

TEST(JavaNumber, ReadsWhatParseDoubleReads) {
  const struct {
    const char* text;
    double x;
  } cases[] = {
      {"1.5", 1.5},
      {" \t1.5\r\n", 1.5},
      {"+1", 1},
      {"-0", -0.0},
      {".5", 0.5},
      {"5.", 5},
      {"1d", 1},
      {"1F", 1},
      {"1e3", 1000},
      {"1E+3f", 1000},
      {"0x1p3", 8},
      {"0X1.8P1d", 3},
      {"0x.8p0", 0.5},
      {"1e400", std::numeric_limits<double>::infinity()},
      {"-1e400", -std::numeric_limits<double>::infinity()},
      {"1e-400", 0},
      {"0e999999999999999999999", 0},
      {"1e99999999999999999999", std::numeric_limits<double>::infinity()},
      {"0x1p99999999999", std::numeric_limits<double>::infinity()},
      {"4.9e-325", 0},
      {"9007199254740993", 9007199254740992},
      {"2.2250738585072012e-308", 2.2250738585072014e-308},
      {"Infinity", std::numeric_limits<double>::infinity()},
      {"-Infinity", -std::numeric_limits<double>::infinity()},
  };
  for (const auto& [text, expected] : cases) {
    double x = 0;
    ASSERT_TRUE(ParseJavaNumber(text, &x)) << text;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(x), std::bit_cast<std::uint64_t>(expected)) << text;
  }
  double x = 0;
  ASSERT_TRUE(ParseJavaNumber("-NaN", &x));
  EXPECT_TRUE(std::isnan(x));
}

TEST(JavaNumber, RefusesWhatParseDoubleRefuses) {
  for (const char* text :
       {"",    " ",   "x",     "nan",  "inf",   "infinity", "INFINITY", "1_0", "1,0",  "１",
        "1e",  "1e+", "--1",   "+-1",  "1.2.3", ".",        "-",        "e5",  "1df",  "d",
        "0x1", "0x",  "0x.p1", "0x1d", "0x1p",  "1 2",      "1\u00a0",  "1L",  "NaNd", "0b1"}) {
    double x = 7;
    EXPECT_FALSE(ParseJavaNumber(text, &x)) << text;
    EXPECT_EQ(x, 7) << text;
  }
}

TEST(JavaNumber, RoundsFloatsOnce) {
  float x = 0;
  // Rounded by way of a double this is 1.
  ASSERT_TRUE(ParseJavaNumber("1.00000005960464477539062500000000000000000001", &x));
  EXPECT_EQ(x, std::nextafter(1.0F, 2.0F));
}

TEST(JavaNumber, ReadsIntegersInRange) {
  std::int8_t x8 = 0;
  EXPECT_TRUE(ParseJavaNumber("-128", &x8));
  EXPECT_EQ(x8, -128);
  EXPECT_FALSE(ParseJavaNumber("128", &x8));
  std::int64_t x64 = 0;
  EXPECT_TRUE(ParseJavaNumber("-9223372036854775808", &x64));
  EXPECT_EQ(x64, std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(ParseJavaNumber("9223372036854775808", &x64));
  EXPECT_TRUE(ParseJavaNumber("+007", &x64));
  EXPECT_EQ(x64, 7);
  EXPECT_TRUE(ParseJavaNumber("\u0661\uff12", &x64));  // Arabic one, full-width two
  EXPECT_EQ(x64, 12);
  std::int32_t x32 = 0;
  for (const char* text : {"", "-", "+", " 1", "1 ", "1.0", "1e3", "0x1", "1L", "\xf0\x9d\x9f\x8f",
                           "\xff", "2147483648"}) {
    EXPECT_FALSE(ParseJavaNumber(text, &x32)) << text;
  }
}

}  // namespace
}  // namespace pillion
