#include "base/suggest.h"

#include <gtest/gtest.h>

#include <string>

namespace pillion {
namespace {

const std::vector<std::string_view> kColumns = {"city", "age", "sqft_living", "sqft_lot",
                                                "zipcode"};

TEST(Suggest, FindsAnotherCase) {
  EXPECT_EQ(Nearest("CITY", kColumns), "city");
  EXPECT_EQ(Nearest("SqftLiving", kColumns), "sqft_living");
  EXPECT_EQ(Nearest("sqft-lot", kColumns), "sqft_lot");
  EXPECT_EQ(Nearest(" age", kColumns), "age");
}

TEST(Suggest, FindsOneEdit) {
  EXPECT_EQ(Nearest("cty", kColumns), "city");
  EXPECT_EQ(Nearest("ctiy", kColumns), "city");
  EXPECT_EQ(Nearest("zipcodes", kColumns), "zipcode");
  EXPECT_EQ(Nearest("zopcode", kColumns), "zipcode");
}

TEST(Suggest, FindsTwoEditsInLongNames) {
  EXPECT_EQ(Nearest("sqft_lvng", kColumns), "sqft_living");
  EXPECT_EQ(Nearest("cxxy", kColumns), std::nullopt);
}

TEST(Suggest, PrefersTheNearestThenTheFirst) {
  EXPECT_EQ(Nearest("abcdefgh", {"abcdefxy", "abcdefgx", "abcdefgy"}), "abcdefgx");
  EXPECT_EQ(Nearest("AbC", {"abd", "abc"}), "abc");
}

TEST(Suggest, StaysSilentWhereNothingIsNear) {
  EXPECT_EQ(Nearest("price", kColumns), std::nullopt);
  EXPECT_EQ(Nearest("", kColumns), std::nullopt);
  EXPECT_EQ(Nearest("x", {"y"}), std::nullopt);
  EXPECT_EQ(Nearest("__", {"--"}), std::nullopt);
  EXPECT_EQ(Nearest(std::string(1000, 'a'), {std::string_view("a")}), std::nullopt);
  EXPECT_EQ(Nearest("city", {}), std::nullopt);
}

TEST(Suggest, EndsAMessage) {
  EXPECT_EQ(DidYouMean("CITY", kColumns), "; did you mean 'city'?");
  EXPECT_EQ(DidYouMean("price", kColumns), "");
  struct Named {
    std::string name;
  };
  EXPECT_EQ(DidYouMean("aeg", std::vector<Named>{{"age"}}, &Named::name), "; did you mean 'age'?");
}

}  // namespace
}  // namespace pillion
