#include "sidecar/models/served_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sidecar/models/model_scorer.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

// number > threshold -> over, under
void Write(testing::BundleOnDisk& bundle, double threshold) {
  bundle.Pipeline("root", R"("over","under")");
  bundle.Binarizer("root/over.node", "number", "over", threshold);
  bundle.Binarizer("root/under.node", "number", "under", -threshold);
}

std::shared_ptr<const ServedVersion> Load(double threshold) {
  testing::BundleOnDisk bundle;
  Write(bundle, threshold);
  auto version = ServedVersion::Load(bundle.root(), {});
  if (!version) throw std::runtime_error(version.error().Text());
  return *version;
}

TEST(ServedVersion, EqualBindsShareAPlan) {
  const auto version = Load(1);
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
  const auto version = Load(1);
  std::weak_ptr<const BoundPlan> plan;
  {
    const auto held = version->Bind({"a", {}, {}});
    plan = *held;
  }
  EXPECT_TRUE(plan.expired());
  EXPECT_TRUE(version->Bind({"a", {}, {}}));
}

TEST(ServedVersion, ARefusedBindIsRefusedAgain) {
  const auto version = Load(1);
  for (int i = 0; i < 2; ++i) {
    const auto refused = version->Bind({"a", {"ovr"}, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ScoreCode::kUnknownColumn);
    EXPECT_THAT(refused.error().text, HasSubstr("did you mean 'over'?"));
  }
}

TEST(ModelRegistry, AnswersWithWhatWasPublishedLast) {
  ModelRegistry registry;
  const auto first = Load(1);
  const auto second = Load(2);
  EXPECT_NE(first->number(), second->number());
  registry.Publish("house", first);
  EXPECT_EQ(*registry.Find("house"), first);
  registry.Publish("house", second);
  EXPECT_EQ(*registry.Find("house"), second);
  EXPECT_TRUE(registry.Remove("house"));
  EXPECT_FALSE(registry.Remove("house"));
  EXPECT_EQ(registry.Find("house").error().code, ScoreCode::kUnknownModel);
}

TEST(ModelRegistry, AModelIsFreedWithItsLastLayout) {
  ModelScorer scorer{ModelRegistry{}};
  scorer.registry().Publish("house", Load(1));
  const std::weak_ptr<const Model> model =
      (*scorer.registry().Find("house"))->model().weak_from_this();
  auto binding = scorer.Bind({"house", {}, {}});
  ASSERT_TRUE(binding);
  scorer.registry().Publish("house", Load(2));
  EXPECT_FALSE(model.expired());
  binding->layout.reset();
  EXPECT_TRUE(model.expired());
}

}  // namespace
}  // namespace pillion
