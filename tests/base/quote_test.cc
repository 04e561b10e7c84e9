#include "base/quote.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace pillion {
namespace {

using namespace std::string_literals;

TEST(Quote, LeavesTextAsItIs) {
  EXPECT_EQ(Quote("sqft_living"), "'sqft_living'");
  EXPECT_EQ(Quote(""), "''");
  EXPECT_EQ(Quote("Größe 数"), "'Größe 数'");
  EXPECT_EQ(Quote("a", '"'), "\"a\"");
  EXPECT_EQ(Quote("a", '\0'), "a");
}

TEST(Quote, ReplacesControlCharacters) {
  EXPECT_EQ(Quote("a\0b"s), "'a?b'");
  EXPECT_EQ(Quote("\r\n\t\x1b[31m\x7f"), "'????[31m?'");
}

TEST(Quote, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(Quote("caf\xe9", '\0'), "caf?");           // ISO 8859-1
  EXPECT_EQ(Quote("\xc0\xaf", '\0'), "??");            // longer than it needs to be
  EXPECT_EQ(Quote("\xed\xa0\x80", '\0'), "???");       // half a surrogate pair
  EXPECT_EQ(Quote("\xf4\x90\x80\x80", '\0'), "????");  // beyond U+10FFFF
  EXPECT_EQ(Quote("\xe6\x95", '\0'), "??");            // cut off
  EXPECT_EQ(Quote("ok \xff\xfe ok", '\0'), "ok ?? ok");
}

TEST(Quote, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(Quote(std::string(80, 'x')), "'" + std::string(80, 'x') + "'");
  EXPECT_EQ(Quote(std::string(81, 'x')), "'" + std::string(80, 'x') + "...'");
  EXPECT_EQ(Quote(std::string(78, 'x') + "数数"), "'" + std::string(78, 'x') + "...'");
  EXPECT_EQ(Quote(std::string(77, 'x') + "数数"), "'" + std::string(77, 'x') + "数...'");
  EXPECT_EQ(Quote(std::string(1 << 20, '\x80')), "'...'");
}

// Whatever comes in, what goes out fits a line of a log and a JSON string.
TEST(Quote, AnswersReadableTextToAnyBytes) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(static_cast<std::size_t>(i % 200), '\0');
    for (char& c : bytes) c = static_cast<char>(byte(random));
    const std::string quoted = Quote(bytes);
    ASSERT_TRUE(IsUtf8(quoted));
    ASSERT_LE(quoted.size(), 80 + 3 + 2U);
    for (const char c : quoted) {
      ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
    }
  }
}

}  // namespace
}  // namespace pillion
