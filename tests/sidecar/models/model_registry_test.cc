#include "sidecar/models/model_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sidecar/models/model_scorer.h"
#include "tests/sidecar/models/small_models.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

class ModelRegistryTest : public ::testing::Test {
 protected:
  const ModelRegistry::Entry& house() const { return registry_.entries().at("house"); }
  std::string Refused(std::string_view reference) const {
    const auto found = registry_.Find(reference);
    if (found) return "found";
    EXPECT_EQ(found.error().code, ScoreCode::kUnknownModel);
    return found.error().text;
  }
  void Remove(const char* reference) {
    EXPECT_TRUE(registry_.Remove(*ModelReference::Parse(reference))) << reference;
  }
  ScoreCode RefusalOfRemoving(const char* reference) {
    return registry_.Remove(*ModelReference::Parse(reference)).error().code;
  }

  const std::shared_ptr<const ServedVersion> one_ = LoadBinarizers(1);
  const std::shared_ptr<const ServedVersion> two_ = LoadBinarizers(2);
  const std::shared_ptr<const ServedVersion> three_ = LoadBinarizers(3);
  ModelRegistry registry_;
};

TEST_F(ModelRegistryTest, AnswersWithWhatWasPublishedLast) {
  registry_.Publish("house", "1", one_);
  EXPECT_EQ(*registry_.Find("house"), one_);
  registry_.Publish("house", "2", two_);
  EXPECT_EQ(*registry_.Find("house"), two_);
  EXPECT_EQ(*registry_.Find("house@1"), one_);
  EXPECT_EQ(*registry_.Find("house@2"), two_);
}

TEST_F(ModelRegistryTest, AVersionWithoutNameIsCalledByItsContent) {
  EXPECT_EQ(registry_.Publish("house", "", one_), one_->id());
  EXPECT_EQ(*registry_.Find("house@" + one_->id()), one_);
}

TEST_F(ModelRegistryTest, RollsBackAndForth) {
  registry_.Publish("house", "1", one_);
  EXPECT_EQ(registry_.RollBack("house").error().code, ScoreCode::kRefused);
  registry_.Publish("house", "2", two_);
  registry_.Publish("house", "2", two_);  // again: no other one was before
  ASSERT_TRUE(registry_.RollBack("house"));
  EXPECT_EQ(*registry_.Find("house"), one_);
  ASSERT_TRUE(registry_.RollBack("house"));
  EXPECT_EQ(*registry_.Find("house"), two_);
  EXPECT_EQ(registry_.RollBack("horse").error().code, ScoreCode::kUnknownModel);
}

TEST_F(ModelRegistryTest, LabelsPointWhereTheyWerePutWhateverIsPublished) {
  registry_.Publish("house", "1", one_);
  registry_.Publish("house", "2", two_, "canary");
  EXPECT_EQ(*registry_.Find("house"), one_);
  EXPECT_EQ(*registry_.Find("house:canary"), two_);
  registry_.Publish("house", "3", three_);
  EXPECT_EQ(*registry_.Find("house:canary"), two_);
  registry_.Publish("house", "3", three_, "canary");
  EXPECT_EQ(*registry_.Find("house:canary"), three_);
  Remove("house:canary");
  EXPECT_THAT(Refused("house:canary"), HasSubstr("no label of 'house' is 'canary'"));
  EXPECT_EQ(*registry_.Find("house"), three_);
}

TEST_F(ModelRegistryTest, KeepsLoadedWhatSomethingPointsAt) {
  registry_.Publish("house", "1", one_, "stable");
  registry_.Publish("house", "2", two_);
  registry_.Publish("house", "3", three_);
  registry_.Publish("house", "4", one_);
  EXPECT_THAT(house().versions, UnorderedElementsAre(Key("1"), Key("3"), Key("4")));
  EXPECT_THAT(Refused("house@2"), HasSubstr("no version of 'house' is '2'"));
  EXPECT_EQ(two_.use_count(), 1);
}

TEST_F(ModelRegistryTest, OfWhatIsListedThePathStays) {
  registry_.List("house", {{"1", "/m/1"}, {"2", "/m/2"}});
  EXPECT_FALSE(registry_.Ready()) << "nothing of it answers";
  EXPECT_THAT(Refused("house"), HasSubstr("no version of 'house' is published"));
  registry_.Publish("house", "1", one_);
  registry_.Publish("house", "2", two_);
  registry_.Publish("house", "3", three_);
  EXPECT_TRUE(registry_.Ready());
  EXPECT_THAT(Refused("house@1"), HasSubstr("not loaded"));
  registry_.List("house", {{"3", "/m/3"}});
  EXPECT_THAT(house().versions, UnorderedElementsAre(Key("2"), Key("3")));
}

TEST_F(ModelRegistryTest, WhatIsPublishedIsNotRemovedAlone) {
  registry_.Publish("house", "1", one_);
  registry_.Publish("house", "2", two_);
  EXPECT_EQ(RefusalOfRemoving("house@2"), ScoreCode::kRefused);
  EXPECT_EQ(RefusalOfRemoving("house@7"), ScoreCode::kUnknownModel);
  EXPECT_EQ(RefusalOfRemoving("house:canary"), ScoreCode::kUnknownModel);
  EXPECT_EQ(RefusalOfRemoving("risk"), ScoreCode::kUnknownModel);
  Remove("house@1");
  EXPECT_EQ(registry_.RollBack("house").error().code, ScoreCode::kRefused);
  Remove("house");
  EXPECT_THAT(Refused("house"), HasSubstr("no model is named 'house'"));
}

TEST_F(ModelRegistryTest, AFailureIsToldUntilALoadSucceeds) {
  registry_.Fail("house", "unheard of");
  EXPECT_TRUE(registry_.Ready()) << "a wrong name makes no model";
  registry_.List("house", {{"1", "/m/1"}});
  registry_.Fail("house", "/m/1: no bundle");
  EXPECT_THAT(Refused("house"), HasSubstr("/m/1: no bundle"));
  registry_.Publish("house", "1", one_);
  registry_.Fail("house", "/m/2: no bundle");
  EXPECT_EQ(*registry_.Find("house"), one_);
  EXPECT_EQ(house().failure, "/m/2: no bundle");
  registry_.Publish("house", "2", two_);
  EXPECT_EQ(house().failure, "");
}

TEST_F(ModelRegistryTest, AModelIsFreedWithItsLastLayout) {
  ModelScorer scorer{ModelRegistry{}};
  std::weak_ptr<const Model> model;
  {
    auto version = LoadBinarizers(5);
    model = version->model().weak_from_this();
    scorer.registry().Publish("house", "1", std::move(version));
  }
  auto binding = scorer.Bind({"house", {}, {}});
  ASSERT_TRUE(binding);
  ASSERT_TRUE(scorer.registry().Remove({"house", {}, {}}));
  EXPECT_FALSE(model.expired());
  binding->layout.reset();
  EXPECT_TRUE(model.expired());
}

}  // namespace
}  // namespace pillion
