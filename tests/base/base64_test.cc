#include "base/base64.h"

#include <gtest/gtest.h>

namespace pillion {
namespace {

// RFC 4648, section 10.
TEST(Base64, ReadsTheVectorsOfTheRfc) {
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("Zg=="), "f");
  EXPECT_EQ(DecodeBase64("Zm8="), "fo");
  EXPECT_EQ(DecodeBase64("Zm9v"), "foo");
  EXPECT_EQ(DecodeBase64("Zm9vYg=="), "foob");
  EXPECT_EQ(DecodeBase64("Zm9vYmE="), "fooba");
  EXPECT_EQ(DecodeBase64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(DecodeBase64("+/8A"), std::string("\xfb\xff\0", 3));
}

TEST(Base64, TakesMissingPaddingAsJavaDoes) {
  EXPECT_EQ(DecodeBase64("Zg"), "f");
  EXPECT_EQ(DecodeBase64("Zm8"), "fo");
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text : {"Z", "Zm9vY", "Zg=", "Z===", "====", "=", "Zm9v Zg==", "Zm9v\n", "Zm-_",
                           "Zg==Zg==", "Zm9v===="}) {
    EXPECT_FALSE(DecodeBase64(text)) << text;
  }
}

}  // namespace
}  // namespace pillion
