// Expected values come from java.lang.String of JDK 17; text_driver.cc and TextOracle.java
// compare more at random.
#include "engine/java/string.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pillion {
namespace {

TEST(JavaString, LengthCountsUtf16Units) {
  EXPECT_EQ(JavaLength(""), 0U);
  EXPECT_EQ(JavaLength("naïve"), 5U);
  EXPECT_EQ(JavaLength("日本"), 2U);
  EXPECT_EQ(JavaLength("a\U0001F600"), 3U);
}

TEST(JavaString, LowerCaseMapsAsJava) {
  const struct {
    const char* text;
    const char* lower;
  } cases[] = {
      {"", ""},
      {"Hello World", "hello world"},
      {"ÀÉß", "àéß"},
      {"\u0130", "i\u0307"},
      {"\u212A", "k"},
      {"\u1E9E", "ß"},
      {"\u023A", "\u2C65"},  // two bytes become three
      {"\u01C5", "\u01C6"},
      {"\U00010400", "\U00010428"},
      {"\U00010570", "\U00010570"},  // a letter of Unicode 14
      {"Ⓐ", "ⓐ"},
      // A sigma is final behind a cased letter of its word, with none behind it.
      {"ΑΣ", "ας"},
      {"ΑΣΑ", "ασα"},
      {"Σ", "σ"},
      {"ΣΣ", "σς"},
      {"ΑΣ ΑΣ", "ας ας"},
      {"Α Σ", "α σ"},
      {"Α'Σ", "α'ς"},
      {"Α''Σ", "α''σ"},
      {"ΑΣ.Α", "ασ.α"},
      {"ΑΣ.", "ας."},
      {"Α5Σ", "α5ς"},
      {"5Σ", "5σ"},
      {"ΑΣ\u0301", "ας\u0301"},
      {"Α-Σ,", "α-ς,"},
  };
  for (const auto& [text, lower] : cases) EXPECT_EQ(JavaLowerCase(std::string_view(text)), lower);
}

TEST(JavaString, LowerCaseTakesRoomOnlyForChanges) {
  Arena arena(1 << 16);
  const std::string_view plain = "already lower";
  EXPECT_EQ(JavaLowerCase(plain, arena)->data(), plain.data());
  EXPECT_EQ(JavaLowerCase("ΟΔΟΣ", arena), "οδος");
  Arena small(8);
  EXPECT_EQ(JavaLowerCase("TOO LONG FOR IT", small), std::nullopt);
}

TEST(JavaString, LowerCaseOfManySigmasIsLinear) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "Σ";
  const std::string lower = JavaLowerCase(text);
  EXPECT_TRUE(lower.ends_with("σς"));
  EXPECT_EQ(lower.size(), text.size());
}

TEST(JavaString, LowerCaseKeepsWhatIsNoUtf8) {
  EXPECT_EQ(JavaLowerCase(std::string_view("A\xff\xc3(É\xe2\x82")), "a\xff\xc3(é\xe2\x82");
}

TEST(JavaString, LettersAreThoseOfTheFirstPlane) {
  EXPECT_TRUE(AllJavaLetters(""));
  EXPECT_TRUE(AllJavaLetters("naïveЖ日ـ"));
  EXPECT_FALSE(AllJavaLetters("ab1"));
  EXPECT_FALSE(AllJavaLetters("a-b"));
  EXPECT_FALSE(AllJavaLetters("Ⅷ"));
  EXPECT_FALSE(AllJavaLetters("e\u0301"));
  EXPECT_FALSE(AllJavaLetters("\U00010400"));
  EXPECT_FALSE(AllJavaLetters("\xff"));
}

TEST(JavaString, OrderIsThatOfUtf16) {
  EXPECT_TRUE(JavaLess("a", "b"));
  EXPECT_TRUE(JavaLess("a", "ab"));
  EXPECT_TRUE(JavaLess("", "a"));
  EXPECT_FALSE(JavaLess("a", "a"));
  EXPECT_TRUE(JavaLess("z", "é"));
  EXPECT_TRUE(JavaLess("\U0001F600", "\uFF5E"));  // surrogates sort below
  EXPECT_FALSE(JavaLess("\uFF5E", "\U0001F600"));
  EXPECT_TRUE(JavaLess("\uD7FF", "\U0001F600"));
}

}  // namespace
}  // namespace pillion
