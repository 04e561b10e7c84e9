// Expected texts: bundle-format.md section 5, and java.math.BigDecimal's documentation.
#include "sidecar/table/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace pillion {
namespace {

template <typename T>
std::string Text(T x) {
  std::string text;
  AppendNumber(x, text);
  return text;
}

TEST(NumberText, LooksAsInMLeapsJson) {
  EXPECT_EQ(Text(1.0), "1.0");
  EXPECT_EQ(Text(-2.5), "-2.5");
  EXPECT_EQ(Text(0.0), "0.0");
  EXPECT_EQ(Text(-0.0), "0.0");
  EXPECT_EQ(Text(12345678.9), "12345678.9");
  EXPECT_EQ(Text(123456789.0), "123456789");
  EXPECT_EQ(Text(1e10), "1.0E+10");
  EXPECT_EQ(Text(1e-5), "0.000010");
  EXPECT_EQ(Text(1e-7), "1.0E-7");
  EXPECT_EQ(Text(0.001), "0.001");
  EXPECT_EQ(Text(100.0), "100.0");
  EXPECT_EQ(Text(32.4F), "32.4");
  EXPECT_EQ(Text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

TEST(NumberText, ReadsBackAsTheSameBits) {
  std::mt19937_64 random(20);
  for (int i = 0; i < 100000; ++i) {
    const auto x = std::bit_cast<double>(random());
    if (!std::isfinite(x) || x == 0) continue;
    const std::string text = Text(x);
    double back = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(end, text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(x), std::bit_cast<std::uint64_t>(back)) << text;
  }
}

}  // namespace
}  // namespace pillion
