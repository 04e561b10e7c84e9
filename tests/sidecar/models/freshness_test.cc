// Versions that expire, by a clock of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <functional>

#include "sidecar/models/models_json.h"
#include "sidecar/models/publisher.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/log_file.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using ::testing::HasSubstr;

// 2026-12-01T00:00:00Z
constexpr std::chrono::sys_seconds kStart{std::chrono::seconds(1'796'083'200)};

class FreshnessTest : public ::testing::Test {
 protected:
  FreshnessTest() {
    WriteBinarizers(one_, 1);
    WriteBinarizers(two_, 2);
    two_.Write("bundle.json", R"({"uid":"00000000-0000-0000-0000-000000000000","name":"t",
        "format":"json","version":"0.25.2","timestamp":"2026-11-30T12:00:00.5"})");
  }
  fs::path at(const char* path) const { return directory_.path() / path; }
  void Write(const char* path, const char* text) const { directory_.Write(path, text); }
  void Start() {
    const auto loaded = publisher_.LoadDirectory(directory_.path());
    ASSERT_TRUE(loaded) << loaded.error();
    publisher_.Start(io_);
  }
  void RunUntil(const std::function<bool()>& done) {
    while (!done()) io_.run_one();
  }
  const ModelRegistry::Entry& house() const { return **registry_.FindEntry("house"); }
  bool IsExpired(const char* version) const { return house().Find(version)->expired; }
  std::string Status() const { return ModelsJson(registry_); }

  testing::BundleOnDisk one_;
  testing::BundleOnDisk two_;
  const testing::TemporaryDirectory directory_;
  std::chrono::sys_seconds now_ = kStart;
  ModelRegistry registry_;
  boost::asio::io_context io_;
  const boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(io_);
  testing::LogFile log_;
  Publisher publisher_{registry_, {}, log_.log(), [this] { return now_; }};
};

TEST_F(FreshnessTest, AVersionGoesBackToTheOneBeforeWhenItExpires) {
  PutInPlace(one_, at("house/1"));
  PutInPlace(two_, at("house/2"));
  Write("house/2/model.yaml", "valid_until: 2026-12-31T00:00:00Z\non_expiry: previous\n");
  Start();
  EXPECT_EQ(house().published, "2");
  EXPECT_THAT(Status(), HasSubstr(R"("valid_until":"2026-12-31T00:00:00Z","on_expiry":"previous",)"
                                  R"("expired":false)"));
  now_ = kStart + hours(30 * 24) - std::chrono::seconds(1);
  PutInPlace(one_, at("risk/1"));
  RunUntil([&] { return registry_.FindEntry("risk") && registry_.Ready(); });
  EXPECT_EQ(house().published, "2");
  now_ += std::chrono::seconds(1);
  RunUntil([&] { return house().published == "1"; });
  EXPECT_TRUE(IsExpired("2"));
  EXPECT_TRUE(registry_.Ready());
  EXPECT_THAT(log_.Text(), HasSubstr("event=model_expired name=house@2 "
                                     "valid_until=2026-12-31T00:00:00Z on_expiry=previous "
                                     "goes_back_to=1"));
  EXPECT_THAT(Status(), HasSubstr(R"("expired":true)"));
  PutInPlace(two_, at("house/3"));
  RunUntil([&] { return house().published == "3"; });
}

TEST_F(FreshnessTest, StartsWithTheNewestVersionThatHasNotExpired) {
  for (const char* const version : {"house/1", "house/2", "house/3"}) PutInPlace(one_, at(version));
  Write("house/model.yaml", "on_expiry: previous");
  Write("house/3/model.yaml", "valid_until: 2026-11-30T00:00:00Z");
  Write("house/2/model.yaml", "valid_until: 2026-11-30T00:00:00Z");
  Start();
  EXPECT_EQ(house().published, "1");
  EXPECT_TRUE(registry_.Ready());
}

TEST_F(FreshnessTest, PassesByAVersionThatCannotBeLoaded) {
  PutInPlace(one_, at("house/1"));
  Write("house/2/bundle.zip", "no zip");
  PutInPlace(two_, at("house/3"));
  Write("house/3/model.yaml", "valid_until: 1h after publishing\non_expiry: previous\n");
  Start();
  EXPECT_EQ(house().published, "3");
  now_ += hours(1);
  RunUntil([&] { return house().published == "1"; });
  EXPECT_THAT(log_.Text(), HasSubstr("event=model_refused name=house version=2"));
}

TEST_F(FreshnessTest, WithNothingFreshLeftTheVersionGoesOn) {
  PutInPlace(one_, at("house/1"));
  PutInPlace(two_, at("house/2"));
  Write("house/model.yaml", "valid_until: 1h after publishing\non_expiry: previous\n");
  Start();
  now_ += hours(1);
  RunUntil([&] { return house().published == "1"; });
  now_ += hours(1);
  RunUntil([&] { return IsExpired("1"); });
  EXPECT_EQ(house().published, "1") << "2 has expired too";
  EXPECT_TRUE(registry_.Ready());
  // What is published by hand is looked at anew.
  ASSERT_TRUE(publisher_.RollBack("house"));
  EXPECT_TRUE(IsExpired("2"));
  EXPECT_EQ(house().published, "2");
}

TEST_F(FreshnessTest, NotReadyTakesReadinessAndGoesOnAnswering) {
  PutInPlace(two_, at("house/2"));
  Write("house/model.yaml", "valid_until: 1d after training\non_expiry: not_ready\n");
  Start();
  EXPECT_TRUE(registry_.Ready());
  now_ = kStart + hours(12);
  RunUntil([&] { return IsExpired("2"); });
  EXPECT_FALSE(registry_.Ready());
  EXPECT_TRUE(registry_.Find("house"));
  // A later end makes it ready again.
  Write("house/model.yaml", "valid_until: 10d after training\non_expiry: not_ready\n");
  RunUntil([&] { return registry_.Ready(); });
  EXPECT_FALSE(IsExpired("2"));
  EXPECT_THAT(Status(), HasSubstr("2026-12-10T12:00:00Z"));
}

TEST_F(FreshnessTest, WarnSaysSoAndNoMore) {
  PutInPlace(one_, at("house/1"));
  PutInPlace(two_, at("house/2"));
  Write("house/model.yaml", "valid_until: 2026-11-30T23:59:59Z\n");
  Start();
  EXPECT_EQ(house().published, "2");
  EXPECT_TRUE(registry_.Ready());
  EXPECT_THAT(log_.Text(), HasSubstr("event=model_expired name=house@2 "
                                     "valid_until=2026-11-30T23:59:59Z on_expiry=warn"));
}

TEST_F(FreshnessTest, AWrongFileLeavesWhatHoldsAndSaysWhy) {
  PutInPlace(one_, at("house/1"));
  Write("house/model.yaml", "valid_until: 2026-12-31T00:00:00Z\n");
  Start();
  Write("house/model.yaml", "valid_untl: 2026-12-31T00:00:00Z\n");
  RunUntil([&] { return !house().ConfigFailure().empty(); });
  EXPECT_THAT(house().ConfigFailure(), HasSubstr("model.yaml:1: there is no key 'valid_untl'"));
  EXPECT_THAT(Status(), HasSubstr("2026-12-31T00:00:00Z"));
  EXPECT_THAT(Status(), HasSubstr(R"("config_failure":")"));
  EXPECT_THAT(log_.Text(), HasSubstr("event=model_config_refused name=house"));
  fs::remove(at("house/model.yaml"));
  RunUntil([&] { return house().ConfigFailure().empty(); });
  RunUntil([&] { return !house().Find("1")->valid_until; });
}

TEST_F(FreshnessTest, SaysWhereAModelDoesNotTellWhenItWasTrained) {
  PutInPlace(one_, at("house/1"));
  Write("house/model.yaml", "valid_until: 1d after training\n");
  Start();
  EXPECT_THAT(house().ConfigFailure(),
              HasSubstr("house/1 does not say when it was trained: expected a time"));
  EXPECT_FALSE(house().Find("1")->valid_until);
  PutInPlace(two_, at("house/2"));
  RunUntil([&] { return house().published == "2"; });
  EXPECT_THAT(Status(), HasSubstr(R"("valid_until":"2026-12-01T12:00:00Z")"));
}

}  // namespace
}  // namespace pillion
