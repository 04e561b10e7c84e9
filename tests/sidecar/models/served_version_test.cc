#include "sidecar/models/served_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sidecar/models/small_models.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

TEST(ServedVersion, EqualBindsShareAPlan) {
  const auto version = LoadBinarizers(1);
  const auto all = version->Bind({"a", {}, {}});
  const auto also_all = version->Bind({"b", {}, {}});
  const auto over = version->Bind({"a", {"over"}, {}});
  const auto under_over = version->Bind({"a", {"under", "over"}, {}});
  const auto over_under = version->Bind({"a", {"over", "under"}, {}});
  EXPECT_EQ(*all, *also_all);
  EXPECT_NE(*all, *over);
  EXPECT_NE(*under_over, *over_under) << "outputs come in the order in which they are asked for";
  EXPECT_NE((*under_over)->columns.schema_hash, (*over_under)->columns.schema_hash);
}

TEST(ServedVersion, APlanGoesWithItsLastHolder) {
  const auto version = LoadBinarizers(1);
  std::weak_ptr<const BoundPlan> plan;
  {
    const auto held = version->Bind({"a", {}, {}});
    plan = *held;
  }
  EXPECT_TRUE(plan.expired());
  EXPECT_TRUE(version->Bind({"a", {}, {}}));
}

TEST(ServedVersion, ARefusedBindIsRefusedAgain) {
  const auto version = LoadBinarizers(1);
  for (int i = 0; i < 2; ++i) {
    const auto refused = version->Bind({"a", {"ovr"}, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ScoreCode::kUnknownColumn);
    EXPECT_THAT(refused.error().text, HasSubstr("did you mean 'over'?"));
  }
}

}  // namespace
}  // namespace pillion
