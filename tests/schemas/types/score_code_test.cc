#include "schemas/types/score_code.h"

#include <gtest/gtest.h>

namespace pillion {
namespace {

TEST(ScoreCode, NamesEveryCodeThatHasText) {
  int named = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const auto code = static_cast<ScoreCode>(byte);
    EXPECT_EQ(Name(code) == "?", Describe(code) == "an unknown code") << byte;
    if (Name(code) != "?") ++named;
  }
  EXPECT_EQ(named, 29);
}

}  // namespace
}  // namespace pillion
