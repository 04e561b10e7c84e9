// A version in the shadow: what is compared, how differences are counted, what is left out.
#include "sidecar/models/shadow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "schemas/rows/batch_encoder.h"
#include "sidecar/models/models_json.h"
#include "tests/sidecar/models/two_versions_test.h"

namespace pillion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Sampler, TakesTheShareThatItIsTold) {
  const auto share = [](double sample) {
    Sampler sampler(sample);
    int taken = 0;
    for (int i = 0; i < 100'000; ++i) taken += sampler.Next() ? 1 : 0;
    return taken / 100'000.0;
  };
  EXPECT_EQ(share(0), 0);
  EXPECT_EQ(share(1), 1);
  EXPECT_NEAR(share(0.05), 0.05, 0.01);
  EXPECT_NEAR(share(0.5), 0.5, 0.02);
}

TEST(ComparedColumns, AreThoseThatBothMake) {
  const auto schema = [](const std::vector<std::string>& names) {
    Schema columns;
    for (const std::string& name : names) {
      columns.push_back({name, DataType::Scalar(BasicType::kDouble)});
    }
    return columns;
  };
  const Schema ours = schema({"a", "probability", "prediction"});
  EXPECT_THAT(ComparedColumns({}, ours, ours), ElementsAre("prediction", "probability"));
  EXPECT_THAT(ComparedColumns({}, ours, schema({"prediction"})), ElementsAre("prediction"));
  EXPECT_THAT(ComparedColumns({}, schema({"a", "b"}), schema({"b"})), ElementsAre("b"));
  ShadowConfig config;
  config.columns = {"a", "c"};
  EXPECT_THAT(ComparedColumns(config, ours, ours), ElementsAre("a"));
  EXPECT_THAT(ComparedColumns(config, ours, schema({"b"})), IsEmpty());
}

class ShadowTest : public TwoVersionsTest {
 protected:
  void Start(const std::string& config) { TwoVersionsTest::Start("publish: 1\n" + config); }
  const ShadowCounts& counts() { return *house().shadow->counts; }
  void Score(RequestKind kind, std::span<const std::byte> request) {
    EXPECT_EQ(TwoVersionsTest::Score(kind, request), Number("1")) << "nobody is told";
  }
  void WaitForRows(std::uint64_t rows) {
    while (counts().rows.value() < rows) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

TEST_F(ShadowTest, CountsHowAnswersDiffer) {
  Start("shadow: {version: 2, sample: 1, columns: [over, under]}\n");
  Bind({"house", {}, {}});
  // Of 0, 1.5 and 3 only 1.5 is over one threshold and not over the other; of under, -1.5.
  for (const double number : {0.0, 1.5, 3.0, -1.5, 1.5}) {
    Score(RequestKind::kRow, Row(number).bytes());
    WaitForRows(counts().rows.value());
  }
  WaitForRows(5);
  const ShadowCounts::Column& over = *counts().columns[0];
  EXPECT_EQ(over.name, "over");
  EXPECT_EQ(over.rows.value(), 5u);
  EXPECT_EQ(over.changed.value(), 2u);
  EXPECT_EQ(over.sum.load(), 2.0);
  EXPECT_EQ(over.differences[0].value(), 3u) << "the same";
  const auto one = std::ranges::find(ShadowCounts::kBounds, 1.0) - ShadowCounts::kBounds.begin();
  EXPECT_EQ(over.differences[static_cast<std::size_t>(one)].value(), 2u);
  EXPECT_EQ(counts().columns[1]->changed.value(), 1u);
  EXPECT_EQ(counts().failed.value(), 0u);
  EXPECT_THAT(ModelsJson(scorer_.registry()),
              HasSubstr(R"({"column":"over","rows":5,"changed":2,"sum":2.0,)"
                        R"("differences":[[0.0,3],[1.0,2]]})"));
}

TEST_F(ShadowTest, ComparesEachRowOfABatch) {
  Start("shadow: {version: 2, sample: 1, columns: [over]}\n");
  Bind({"house", {}, {}});
  BatchEncoder batch;
  for (const double number : {0.0, 1.5, 3.0, 1.5}) {
    ASSERT_EQ(batch.Add(Row(number)), ScoreCode::kOk);
  }
  Score(RequestKind::kBatch, batch.Finish());
  WaitForRows(4);
  EXPECT_EQ(counts().columns[0]->changed.value(), 2u);
}

TEST_F(ShadowTest, DropsWhatIsTooLongOrTooMuch) {
  Start("shadow: {version: 2, sample: 1}\n");
  Bind({"house", {}, {}});
  BatchEncoder batch;
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(batch.Add(Row(i)), ScoreCode::kOk);
  ASSERT_GT(batch.Finish().size(), ShadowThread::kRequestBytesMax);
  Score(RequestKind::kBatch, batch.Finish());
  EXPECT_EQ(counts().dropped.load(), 1u);
  // Whatever is offered is counted, and nothing waits for the thread.
  constexpr std::uint64_t kRows = 20'000;
  const RowEncoder& row = Row(1.5);
  for (std::uint64_t i = 0; i < kRows; ++i) Score(RequestKind::kRow, row.bytes());
  while (counts().rows.value() + counts().dropped.load() < kRows + 1) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(counts().rows.value() + counts().dropped.load(), kRows + 1);
}

TEST_F(ShadowTest, SamplesNoneWhereTheRateIsZero) {
  Start("shadow: {version: 2, sample: 0}\n");
  Bind({"house", {}, {}});
  for (int i = 0; i < 100; ++i) Score(RequestKind::kRow, Row(1.5).bytes());
  EXPECT_EQ(counts().rows.value() + counts().dropped.load(), 0u);
}

TEST_F(ShadowTest, ALayoutWhoseColumnsDoNotSufficeIsLeftAlone) {
  testing::BundleOnDisk other;
  WriteOtherColumns(other);
  PutInPlace(other, directory_.path() / "house/3");
  Start("shadow: {version: 3, sample: 1}\n");
  EXPECT_EQ(house().ConfigFailure(), "") << "it makes the same columns";
  Bind({"house", {}, {}});
  Score(RequestKind::kRow, Row(1.5).bytes());
  EXPECT_EQ(counts().rows.value() + counts().dropped.load(), 0u);
}

TEST_F(ShadowTest, SaysWhatIsWrongWithIt) {
  Start("shadow: {version: 7}\n");
  EXPECT_EQ(house().ConfigFailure(), "shadow.version: no label or version is called '7'");
  const auto wrong = [&](const char* text) {
    const auto config = ReadModelConfig(directory_.Write("model.yaml", text), ConfigOf::kModel);
    return config ? std::string("nothing") : config.error().Text();
  };
  EXPECT_THAT(wrong("shadow: {sample: 0.5}"), HasSubstr("expected the key 'version'"));
  EXPECT_THAT(wrong("shadow: {version: 2, sample: 2}"),
              HasSubstr("expected a number from 0 to 1, found '2'"));
}

}  // namespace
}  // namespace pillion
