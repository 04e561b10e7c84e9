#include "sidecar/models/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <functional>

#include "sidecar/models/model_admin.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() {
    WriteBinarizers(one_, 1);
    WriteBinarizers(two_, 2);
    publisher_.OnChange([this](const std::string& model) { changed_.push_back(model); });
    publisher_.OnPublish([this](const Publisher::Concerned& concerned) {
      for (const char* const bound :
           {"house", "house:canary", "house@1", "house@2", "house@3", "risk"}) {
        if (concerned(*ModelReference::Parse(bound))) published_.push_back(bound);
      }
    });
  }
  fs::path at(const char* path) const { return directory_.path() / path; }
  void Start() {
    const auto loaded = publisher_.LoadDirectory(directory_.path());
    ASSERT_TRUE(loaded) << loaded.error();
    publisher_.Start(io_);
  }
  // Runs the control thread's work until then.
  void RunUntil(const std::function<bool()>& done) {
    while (!done()) io_.run_one();
  }
  std::string published(const char* model = "house") const {
    const auto entry = registry_.FindEntry(model);
    return entry ? (*entry)->published : "none";
  }
  std::string failure() const { return (*registry_.FindEntry("house"))->failure; }
  Told Ask(Question question, const std::vector<std::string>& arguments) {
    std::optional<Told> told;
    admin_.Answer(question, arguments, [&](const Told& answer) { told = answer; });
    RunUntil([&] { return told.has_value(); });
    return *told;
  }

  testing::BundleOnDisk one_;
  testing::BundleOnDisk two_;
  const testing::TemporaryDirectory directory_;
  ModelRegistry registry_;
  boost::asio::io_context io_;
  const boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(io_);
  Publisher publisher_{registry_, {}, EventLog::Silent()};
  ModelAdmin admin_{publisher_};
  std::vector<std::string> changed_;
  std::vector<std::string> published_;
};

TEST_F(PublisherTest, StartsWithTheNewestVersionOfEachModel) {
  PutInPlace(one_, at("house/9"));
  PutInPlace(two_, at("house/10"));
  PutInPlace(one_, at("risk"));
  Start();
  EXPECT_EQ(published(), "10");
  EXPECT_EQ(published("risk"), (*registry_.Find("risk"))->id());
  EXPECT_TRUE(registry_.Ready());
}

TEST_F(PublisherTest, PublishesANewerVersionThatAppears) {
  PutInPlace(one_, at("house/1"));
  Start();
  changed_.clear();
  published_.clear();
  PutInPlace(two_, at("house/2"));
  RunUntil([&] { return published() == "2"; });
  EXPECT_FALSE(changed_.empty());
  EXPECT_THAT(changed_, Each("house"));
  EXPECT_THAT(published_, ElementsAre("house", "house:canary", "house@2"));
  EXPECT_EQ((*registry_.FindEntry("house"))->previous, "1");
}

TEST_F(PublisherTest, LeavesVersionsToThoseWhoHaveThemBound) {
  PutInPlace(one_, at("house/1"));
  Start();
  const std::string two = "house@2=" + two_.root().string();
  ASSERT_EQ(Ask(Question::kLoad, {two, "canary"}).code, ScoreCode::kOk);
  published_.clear();
  ASSERT_EQ(Ask(Question::kPromote, {"house:canary"}).code, ScoreCode::kOk);
  EXPECT_THAT(published_, ElementsAre("house", "house:canary", "house@2"));
  published_.clear();
  ASSERT_EQ(Ask(Question::kRollBack, {"house"}).code, ScoreCode::kOk);
  ASSERT_EQ(Ask(Question::kUnload, {"house:canary"}).code, ScoreCode::kOk);
  EXPECT_THAT(published_, ElementsAre("house", "house:canary", "house", "house:canary"));
  published_.clear();
  ASSERT_EQ(Ask(Question::kUnload, {"house@2"}).code, ScoreCode::kOk);
  EXPECT_THAT(published_, ElementsAre("house", "house:canary", "house@2"));
  published_.clear();
  ASSERT_EQ(Ask(Question::kUnload, {"house"}).code, ScoreCode::kOk);
  EXPECT_THAT(published_, ElementsAre("house", "house:canary", "house@1", "house@2", "house@3"));
}

TEST_F(PublisherTest, PublishesAnotherContentOfTheSameFile) {
  PutInPlace(one_, at("house"));
  Start();
  const std::string before = published();
  PutInPlace(two_, at("house"));
  RunUntil([&] { return published() != before; });
  EXPECT_EQ((*registry_.FindEntry("house"))->previous, before);
}

TEST_F(PublisherTest, KeepsWhatAnswersWhereANewerOneCannotBeLoaded) {
  PutInPlace(one_, at("house/1"));
  Start();
  directory_.Write("house/2/bundle.zip", "no zip");
  published_.clear();
  RunUntil([&] { return !failure().empty(); });
  EXPECT_THAT(published_, IsEmpty()) << "what answers is the same";
  EXPECT_THAT(failure(), HasSubstr("house/2/bundle.zip"));
  EXPECT_EQ(published(), "1");
  fs::remove_all(at("house/2"));
  PutInPlace(two_, at("house/2"));
  RunUntil([&] { return published() == "2"; });
  EXPECT_EQ(failure(), "");
}

TEST_F(PublisherTest, KeepsWhatAnswersWhereANewerOneMissesItsGoldenRows) {
  PutInPlace(one_, at("house/1/bundle"));
  Start();
  published_.clear();
  // Of the model whose threshold is 1; the new one's is 2.
  constexpr char kGolden[] = R"({"rows":[{"number":3},{"number":1.5}],
                                 "answers":[{"over":1},{"over":1}]})";
  directory_.Write("house/1/golden.json", kGolden);
  directory_.Write("house/2/golden.json", kGolden);
  PutInPlace(two_, at("house/2/bundle"));
  RunUntil([&] { return !failure().empty(); });
  EXPECT_THAT(published_, IsEmpty()) << "what answers is the same";
  EXPECT_EQ(published(), "1");
  EXPECT_THAT(failure(), HasSubstr("house/2/golden.json: row 2, column 'over': expected 1.0, the "
                                   "model answers 0.0"));
  const Told told = Ask(Question::kLoad, {"house@1=" + at("house/1/bundle").string(), ""});
  EXPECT_EQ(told.code, ScoreCode::kOk) << told.text;
  EXPECT_TRUE((*registry_.Find("house"))->certificate());
}

TEST_F(PublisherTest, IsNotReadyWhereAModelOfTheDirectoryCannotBeLoaded) {
  PutInPlace(one_, at("risk"));
  directory_.Write("house.zip", "no zip");
  Start();
  EXPECT_FALSE(registry_.Ready());
  EXPECT_EQ(published("risk"), (*registry_.Find("risk"))->id());
  EXPECT_THAT(failure(), HasSubstr("house.zip"));
}

TEST_F(PublisherTest, AModelThatIsGoneFromTheDirectoryGoesOnAnswering) {
  PutInPlace(one_, at("house/1"));
  Start();
  fs::remove_all(at("house"));
  PutInPlace(two_, at("risk/1"));  // seen one look later
  RunUntil([&] { return published("risk") == "1"; });
  EXPECT_EQ(published(), "1");
}

TEST_F(PublisherTest, ARolledBackModelStaysSoUntilANewerOneComes) {
  PutInPlace(one_, at("house/1"));
  Start();
  PutInPlace(two_, at("house/2"));
  RunUntil([&] { return published() == "2"; });
  EXPECT_THAT(Ask(Question::kRollBack, {"house"}).text, HasSubstr(R"("published":"1")"));
  PutInPlace(two_, at("risk/1"));
  RunUntil([&] { return published("risk") == "1"; });
  EXPECT_EQ(published(), "1");
  PutInPlace(two_, at("house/3"));
  RunUntil([&] { return published() == "3"; });
}

TEST_F(PublisherTest, TheOwnerLoadsPromotesAndUnloads) {
  PutInPlace(one_, at("house/1"));
  PutInPlace(two_, at("house/2"));
  Start();
  EXPECT_THAT(Ask(Question::kPromote, {"house@1"}).text, HasSubstr(R"("published":"1")"));
  EXPECT_THAT(Ask(Question::kPromote, {"house@2", "canary"}).text,
              HasSubstr(R"("labels":{"canary":"2"})"));
  EXPECT_EQ(published(), "1");
  EXPECT_THAT(Ask(Question::kPromote, {"house:canary"}).text, HasSubstr(R"("published":"2")"));
  EXPECT_THAT(Ask(Question::kLoad, {"house@3=" + one_.root().string()}).text,
              HasSubstr(R"("published":"3")"));
  EXPECT_THAT(Ask(Question::kLoad, {"house@4=" + two_.root().string(), "next"}).text,
              HasSubstr(R"("published":"3")"));
  EXPECT_THAT(Ask(Question::kUnload, {"house:next"}).text, HasSubstr(R"("canary":"2")"));
  EXPECT_EQ(Ask(Question::kUnload, {"house"}).text, "{}");
  EXPECT_EQ(Ask(Question::kVersions, {}).text, "[]");
}

TEST_F(PublisherTest, WhatTheOwnerAsksWronglyChangesNothing) {
  PutInPlace(one_, at("house/1"));
  Start();
  const std::string before = Ask(Question::kVersions, {}).text;
  const auto code = [this](Question question, const std::vector<std::string>& arguments) {
    const Told told = Ask(question, arguments);
    EXPECT_EQ(told.type, MessageType::kError) << told.text;
    EXPECT_NE(told.text, "");
    return told.code;
  };
  EXPECT_EQ(code(Question::kLoad, {}), ScoreCode::kMalformed);
  EXPECT_EQ(code(Question::kLoad, {"house:canary=/m"}), ScoreCode::kMalformed);
  EXPECT_EQ(code(Question::kLoad, {"risk=/nowhere"}), ScoreCode::kRefused);
  EXPECT_EQ(code(Question::kLoad, {"risk=" + one_.root().string(), "a/b"}), ScoreCode::kMalformed);
  EXPECT_EQ(code(Question::kPromote, {"house@2"}), ScoreCode::kUnknownModel);
  EXPECT_EQ(code(Question::kPromote, {"horse@1"}), ScoreCode::kUnknownModel);
  EXPECT_EQ(code(Question::kRollBack, {"house"}), ScoreCode::kRefused);
  EXPECT_EQ(code(Question::kUnload, {"house@1"}), ScoreCode::kRefused);
  EXPECT_EQ(code(Question::kVersions, {"horse"}), ScoreCode::kUnknownModel);
  EXPECT_EQ(code(static_cast<Question>(99), {"house"}), ScoreCode::kUnsupported);
  EXPECT_EQ(Ask(Question::kVersions, {}).text, before);
}

}  // namespace
}  // namespace pillion
