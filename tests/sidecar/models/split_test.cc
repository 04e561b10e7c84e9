// Which version a row goes to. Hashes are those that xxhsum 0.8.1 prints (-H1), and with them what
// Python's xxhash gives: xxhash.xxh64(salt + key).intdigest() % 10000.
#include "sidecar/models/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "schemas/rows/batch_encoder.h"
#include "tests/sidecar/models/two_versions_test.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST(SplitBucket, IsThatOfXxh64) {
  EXPECT_EQ(SplitBucket("", ""), 0xef46db3751d8e999 % 10'000);
  EXPECT_EQ(SplitBucket("", "a"), 0xd24ec4f1a98c6e5b % 10'000);
  EXPECT_EQ(SplitBucket("", "abc"), 0x44bc2cf5ad770999 % 10'000);
  EXPECT_EQ(SplitBucket("", "user-17"), 4903u);
  EXPECT_EQ(SplitBucket("", "98178"), 8552u);
  EXPECT_EQ(SplitBucket("", "Zürich"), 8233u);
  EXPECT_EQ(SplitBucket("", "the quick brown fox jumps over the lazy dog 0123456789"), 5883u);
  EXPECT_EQ(SplitBucket("s1", "user-17"), 9564u);
  EXPECT_EQ(SplitBucket("s1user", "-17"), 9564u);
}

Split Shares(std::uint32_t canary, const std::string& salt = "") {
  const auto loaded = LoadBinarizers(1);
  std::vector<Split::Arm> arms(2);
  arms[0].name = "canary";
  arms[0].weight = canary;
  arms[0].loaded = loaded;
  arms[1].name = kSplitRest;
  arms[1].weight = kSplitBuckets - canary;
  arms[1].loaded = loaded;
  return {"user", salt, std::move(arms)};
}

TEST(Split, HasTheShareThatItsWeightSays) {
  const Split split = Shares(1'000);
  std::size_t canary = 0;
  constexpr std::size_t kUsers = 100'000;
  for (std::size_t i = 0; i < kUsers; ++i) canary += split.ArmOf("user-" + std::to_string(i)) == 0;
  // 10 % with a standard deviation of 0.095 %.
  EXPECT_NEAR(static_cast<double>(canary) / kUsers, 0.1, 0.005);
}

TEST(Split, KeepsItsUsersAsItGrows) {
  const Split small = Shares(1'000);
  const Split large = Shares(3'000);
  const Split salted = Shares(1'000, "s1");
  std::size_t moved = 0;
  for (std::size_t i = 0; i < 10'000; ++i) {
    const std::string user = std::to_string(i);
    if (small.ArmOf(user) == 0) {
      EXPECT_EQ(large.ArmOf(user), 0u) << user;
    }
    moved += small.ArmOf(user) != salted.ArmOf(user);
  }
  EXPECT_GT(moved, 1'000u) << "another salt shares out anew";
}

TEST(Split, ARowWithoutKeyGoesToTheRest) {
  EXPECT_EQ(Shares(10'000).ArmOf("user"), 0u);
  EXPECT_EQ(Shares(10'000).ArmOf(std::nullopt), 1u);
  EXPECT_EQ(Shares(0).ArmOf("user"), 1u);
}

TEST(RowCounter, CountsOfManyThreads) {
  RowCounter rows;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1'000; ++k) rows.Add(2);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(rows.value(), 24'000u);
}

// The model.yaml gives the second version to some.
class SplitOfModelTest : public TwoVersionsTest {
 protected:
  // A double is a key as Java writes it.
  static bool IsTwos(int number, std::uint32_t weight) {
    return SplitBucket("", std::to_string(number) + ".0") < weight;
  }
  std::uint32_t ScoreRow(int number) { return Score(RequestKind::kRow, Row(number).bytes()); }
};

constexpr char kSplit[] = "publish: 1\nsplit: {key: number, arms: {2: 3000}}\n";

TEST_F(SplitOfModelTest, LoadsItsArmsAndPublishesWhatItSays) {
  Start(kSplit);
  EXPECT_EQ(house().published, "1");
  ASSERT_NE(house().split, nullptr);
  ASSERT_EQ(house().split->arms().size(), 2u);
  EXPECT_EQ(house().split->arms()[0].version, "2");
  EXPECT_NE(house().split->arms()[0].loaded, nullptr);
  EXPECT_EQ(house().split->arms()[1].weight, 7'000u);
  EXPECT_EQ(house().ConfigFailure(), "");
}

TEST_F(SplitOfModelTest, EachRowOfABoundLayoutGoesToTheArmOfItsKey) {
  Start(kSplit);
  Bind({"house", {}, {}});
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 100; ++i) {
    const std::uint32_t version = ScoreRow(i);
    EXPECT_EQ(version, Number(IsTwos(i, 3'000) ? "2" : "1")) << i;
    seen.insert(version);
  }
  EXPECT_THAT(seen, UnorderedElementsAre(Number("1"), Number("2")));
  const std::uint64_t twos = house().split->arms()[0].rows->value();
  EXPECT_GT(twos, 0u);
  EXPECT_EQ(house().split->arms()[1].rows->value(), 100 - twos);
}

TEST_F(SplitOfModelTest, ABatchGoesWhereItsFirstRowDoes) {
  Start("publish: 1\nsplit: {key: number, arms: {2: 5000}}\n");
  Bind({"house", {}, {}});
  for (int i = 0; i < 20; ++i) {
    BatchEncoder batch;
    for (int k = i; k < i + 5; ++k) ASSERT_EQ(batch.Add(Row(k)), ScoreCode::kOk);
    EXPECT_EQ(Score(RequestKind::kBatch, batch.Finish()), Number(IsTwos(i, 5'000) ? "2" : "1"));
  }
}

TEST_F(SplitOfModelTest, WhatIsNoRowIsRefusedAsEver) {
  Start(kSplit);
  Bind({"house", {}, {}});
  const std::vector<std::byte> junk(64, std::byte{0x7f});
  std::vector<std::byte> response(4096);
  TurnClock endless = TurnClock::Endless();
  EXPECT_EQ(layout_->ScoreRequest(RequestKind::kRow, junk, response, endless).code,
            ScoreCode::kMalformed);
  EXPECT_EQ(layout_->ScoreRequest(RequestKind::kBatch, junk, response, endless).code,
            ScoreCode::kMalformed);
}

TEST_F(SplitOfModelTest, ANamedVersionIsNotSharedOut) {
  Start("publish: 1\nsplit: {key: number, arms: {2: 10000}}\n");
  Bind({"house@1", {}, {}});
  EXPECT_EQ(ScoreRow(3), Number("1"));
  Bind({"house", {}, {}});
  EXPECT_EQ(ScoreRow(3), Number("2"));
}

TEST_F(SplitOfModelTest, AnArmThatCannotBeUsedIsLeftToTheRest) {
  testing::BundleOnDisk other;
  WriteOtherColumns(other);
  PutInPlace(other, at("house/3"));
  Start("publish: 1\nsplit: {key: number, arms: {3: 5000, 9: 5000}}\n");
  EXPECT_EQ(house().ConfigFailure(), "split.arms: '9': no label or version is called so");
  EXPECT_EQ(house().split->arms()[1].loaded, nullptr);
  Bind({"house", {}, {}});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ScoreRow(i), Number("1"));
}

TEST_F(SplitOfModelTest, SaysWhatIsWrongWithIt) {
  const auto wrong = [&](const char* text) {
    const auto path = directory_.Write("model.yaml", text);
    const auto config = ReadModelConfig(path, ConfigOf::kModel);
    return config ? std::string("nothing") : config.error().Text();
  };
  EXPECT_THAT(wrong("split: {key: a, arms: {b: 6000, c: 6000}}"),
              HasSubstr("model.yaml:1: split.arms: expected weights of at most 10000 in all, found "
                        "12000"));
  EXPECT_THAT(wrong("split: {key: a}"), HasSubstr("expected the key 'arms'"));
  EXPECT_THAT(wrong("split: {arms: {b: 1}}"), HasSubstr("expected the key 'key'"));
  EXPECT_THAT(wrong("split: {key: a, arms: {b: 10001}}"),
              HasSubstr("expected a whole number from 0 to 10000, found '10001'"));
  EXPECT_THAT(wrong("split: {key: a, arms: [b]}"),
              HasSubstr("split.arms: expected names, each with a whole number"));
  EXPECT_THAT(wrong("split: {key: a, arms: {b: 1, b: 2}}"), HasSubstr("second time"));
  EXPECT_THAT(wrong("split: {key: a, arms: {published: 1}}"), HasSubstr("give it no weight"));
  EXPECT_THAT(wrong("split: {kye: a}"), HasSubstr("did you mean 'split.key'?"));
  const auto path = directory_.Write("model.yaml", "publish: 3\n");
  EXPECT_FALSE(ReadModelConfig(path, ConfigOf::kVersion)) << "of a model alone";
}

}  // namespace
}  // namespace pillion
