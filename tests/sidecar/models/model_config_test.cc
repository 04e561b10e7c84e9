#include "sidecar/models/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sidecar/models/model_config_watch.h"
#include "sidecar/models/rfc3339.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

sys_seconds At(std::int64_t unix_time) { return sys_seconds(seconds(unix_time)); }

// The examples of RFC 3339, section 5.8, with the numbers that GNU date gives for them.
TEST(Rfc3339, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(ParseRfc3339("1985-04-12T23:20:50.52Z"), At(482'196'050));
  EXPECT_EQ(ParseRfc3339("1996-12-19T16:39:57-08:00"), At(851'042'397));
  EXPECT_EQ(ParseRfc3339("1990-12-31T23:59:60Z"), At(662'688'000));
  EXPECT_EQ(ParseRfc3339("1990-12-31T15:59:60-08:00"), At(662'688'000));
  EXPECT_EQ(ParseRfc3339("1937-01-01T12:00:27.87+00:20"), At(-1'041'337'173));
  EXPECT_EQ(ParseRfc3339("2000-02-29t00:00:00z"), At(951'782'400));
  EXPECT_EQ(Rfc3339(At(1'798'675'200)), "2026-12-31T00:00:00Z");
  EXPECT_EQ(Rfc3339(At(-1'041'337'173)), "1937-01-01T11:40:27Z");
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* const text :
       {"", "2026", "2026-12-31", "2026-12-31T00:00:00", "2026-12-31T00:00Z",
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-12-31T24:00:00Z",
        "2026-12-31T00:60:00Z", "2026-12-31T00:00:61Z", "2026-12-31T00:00:00.Z",
        "2026-12-31 00:00:00Z", "2026-12-31T00:00:00Z ", "2026-12-31T00:00:00+1:00",
        "2026-12-31T00:00:00+01", "-026-12-31T00:00:00Z", "2026-12-31T00:00:00ZZ"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, ReadsWhatMLeapWritesIntoBundles) {
  EXPECT_EQ(ParseLocalTime("2000-02-29T00:00:01.736022351"), At(951'782'401));
  EXPECT_EQ(ParseLocalTime("2000-02-29T00:00"), At(951'782'400)) << "as Java writes 0 seconds";
  EXPECT_EQ(ParseLocalTime("2000-02-29T00:00:00Z"), std::nullopt);
  EXPECT_EQ(ParseLocalTime(""), std::nullopt);
}

TEST(ValidUntil, IsReadAndWritten) {
  EXPECT_EQ(ValidUntil::Parse("2000-02-29T01:00:00+01:00")->Text(), "2000-02-29T00:00:00Z");
  EXPECT_EQ(ValidUntil::Parse("30d after training")->duration, seconds(2'592'000));
  EXPECT_EQ(ValidUntil::Parse("90m after publishing")->duration, seconds(5'400));
  for (const char* const text :
       {"30d after training", "90m after publishing", "1w after training", "7s after publishing"}) {
    EXPECT_EQ(ValidUntil::Parse(text)->Text(), text);
  }
  for (const char* const text :
       {"", "30d", "30 d after training", "d after training", "-1d after training",
        "1y after training", "1.5h after publishing", "99999999999d after training",
        " after training", "30d after lunch"}) {
    EXPECT_EQ(ValidUntil::Parse(text), std::nullopt) << text;
  }
}

class ModelConfigTest : public ::testing::Test {
 protected:
  Result<ModelConfig> Read(const std::string& text) const {
    return ReadModelConfig(directory_.Write("house/model.yaml", text), ConfigOf::kModel);
  }
  const testing::TemporaryDirectory directory_;
};

TEST_F(ModelConfigTest, SaysUntilWhenAndWhatThen) {
  const auto config = Read("valid_until: 2026-12-31T00:00:00Z\non_expiry: previous\n");
  ASSERT_TRUE(config) << config.error().Text();
  EXPECT_EQ(config->valid_until->time, At(1'798'675'200));
  EXPECT_EQ(config->on_expiry, OnExpiry::kPrevious);
  EXPECT_EQ(Read("# nothing yet\n").value(), ModelConfig());
}

TEST_F(ModelConfigTest, ListsAllThatIsWrongWithItsLine) {
  const auto config = Read("valid_untl: 3\non_expiry: prevoius\n");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().Text(),
              HasSubstr("house/model.yaml:1: there is no key 'valid_untl'; did you mean "
                        "'valid_until'?\n"));
  EXPECT_THAT(config.error().Text(),
              HasSubstr("house/model.yaml:2: on_expiry: expected one of warn, previous, not_ready, "
                        "found 'prevoius'; did you mean 'previous'?"));
  EXPECT_THAT(Read("\nvalid_until: tomorrow\n").error().Text(),
              HasSubstr("model.yaml:2: valid_until: expected a time such as "
                        "2026-12-31T00:00:00Z, or '30d after training', or '12h after "
                        "publishing', found 'tomorrow'"));
  EXPECT_THAT(Read(std::string(2 << 20, '#')).error().Text(), HasSubstr("too long"));
  EXPECT_FALSE(Read("a: [1\nb: {"));
  EXPECT_THAT(ReadModelConfig("/nowhere/model.yaml", ConfigOf::kModel).error().Text(),
              HasSubstr("No such file"));
}

class ModelConfigWatchTest : public ModelConfigTest {
 protected:
  std::vector<std::string> Look(bool at_once = false) {
    std::vector<std::string> names;
    const auto models = ScanModels(directory_.path());
    for (const auto& change : watch_.Look(directory_.path(), *models, at_once)) {
      const auto& config = change.config;
      names.push_back(change.of.Text() + (!config               ? " wrong"
                                          : config->valid_until ? " " + config->valid_until->Text()
                                                                : " empty"));
    }
    return names;
  }
  void Write(const char* path, const char* text) const { directory_.Write(path, text); }

  ModelConfigWatch watch_;
};

TEST_F(ModelConfigWatchTest, TellsOfModelsAndVersionsOnce) {
  Write("flat.zip", "x");
  Write("flat/model.yaml", "valid_until: 1d after training");
  Write("house/1/bundle.zip", "x");
  Write("house/model.yaml", "valid_until: 2d after training");
  Write("house/1/model.yaml", "valid_untill: 1d after training");
  Write("house/2/model.yaml", "valid_until: 4d after training");  // of no version
  Write("risk/model.yaml", "valid_until: 5d after training");     // of no model
  EXPECT_THAT(Look(true), UnorderedElementsAre("flat 1d after training", "house 2d after training",
                                               "house@1 wrong"));
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(ModelConfigWatchTest, TakesAFileOnceItStaysTheSame) {
  Write("house/1/bundle.zip", "x");
  Write("house/1/model.yaml", "valid_until: 1d after training");
  EXPECT_THAT(Look(), IsEmpty());
  Write("house/1/model.yaml", "valid_until: 22d after training");
  EXPECT_THAT(Look(), IsEmpty());
  EXPECT_THAT(Look(), ElementsAre("house@1 22d after training"));
  std::filesystem::remove(directory_.path() / "house/1/model.yaml");
  EXPECT_THAT(Look(), ElementsAre("house@1 empty"));
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(ModelConfigWatchTest, AVersionThatIsGoneKeepsItsConfiguration) {
  Write("house/1/bundle.zip", "x");
  Write("house/1/model.yaml", "valid_until: 1d after training");
  EXPECT_THAT(Look(true), ElementsAre("house@1 1d after training"));
  std::filesystem::remove_all(directory_.path() / "house");
  EXPECT_THAT(Look(), IsEmpty());
}

}  // namespace
}  // namespace pillion
