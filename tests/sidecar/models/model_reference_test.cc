#include "sidecar/models/model_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sidecar/models/model_argument.h"

namespace pillion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ModelReference, ReadsWhatItWrites) {
  for (const char* const text : {"house", "house@3", "house:canary", "a b", "house@2026-11-26_1"}) {
    const auto reference = ModelReference::Parse(text);
    ASSERT_TRUE(reference) << text;
    EXPECT_EQ(reference->Text(), text);
  }
  EXPECT_EQ(ModelReference::Parse("house@3")->version, "3");
  EXPECT_EQ(ModelReference::Parse("house:canary")->label, "canary");
}

TEST(ModelReference, RefusesWhatNamesNoModel) {
  for (const char* const text : {"", "@3", ":canary", "house@", "house:", "house@3:canary",
                                 "house@3@4", "../house", "a\nb"}) {
    const auto reference = ModelReference::Parse(text);
    ASSERT_FALSE(reference) << text;
    EXPECT_THAT(reference.error(), HasSubstr("NAME@VERSION"));
  }
}

TEST(VersionLess, CountsNumbersAsNumbers) {
  std::vector<std::string> versions = {"10",
                                       "9",
                                       "1.10",
                                       "1.9",
                                       "v2",
                                       "v10",
                                       "01",
                                       "1",
                                       "",
                                       "0",
                                       "2026-11-26",
                                       "2026-2",
                                       "99999999999999999999999",
                                       "a"};
  std::ranges::sort(versions, VersionLess());
  EXPECT_THAT(versions, ElementsAre("", "0", "01", "1", "1.9", "1.10", "9", "10", "2026-2",
                                    "2026-11-26", "99999999999999999999999", "a", "v2", "v10"));
  for (const std::string& version : versions) EXPECT_FALSE(VersionLess()(version, version));
}

TEST(ModelArgument, NamesAndVersions) {
  const auto of = [](const char* text) {
    const auto argument = ModelArgument::Parse(text);
    return argument ? argument->name + "|" + argument->version + "|" + argument->path.string()
                    : "refused";
  };
  EXPECT_EQ(of("models/house.zip"), "house||models/house.zip");
  EXPECT_EQ(of("models/house/"), "house||models/house");
  EXPECT_EQ(of("house=m/a=b.zip"), "house||m/a=b.zip");
  EXPECT_EQ(of("m/a=b.zip"), "a=b||m/a=b.zip");
  EXPECT_EQ(of("house@3=m.zip"), "house|3|m.zip");
  EXPECT_EQ(of("house:canary=m.zip"), "refused");
  EXPECT_EQ(of("house@=m.zip"), "refused");
  EXPECT_EQ(of("house="), "refused");
  EXPECT_EQ(of("=m.zip"), "refused");
}

}  // namespace
}  // namespace pillion
