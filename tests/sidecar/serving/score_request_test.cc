// The waist over a real, small model: the answers and the failures of single rows and batches.
#include "sidecar/serving/score_request.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/fault_detail.h"
#include "schemas/rows/row_encoder.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion {
namespace {

// a > 1 -> b, and rows whose city is not known are refused by the second stage.
class ScoreRequestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bundle_.Pipeline("root", R"("over","city")");
    bundle_.Binarizer("root/over.node", "a", "b", 1);
    bundle_.Stage("root/city.node", "string_indexer", R"({"port":"input","name":"city"})",
                  R"({"port":"output","name":"index"})",
                  R"("labels":{"type":"list","string":["Bern","Basel"]},)"
                  R"("handle_invalid":{"string":"error"})");
    const auto model = bundle_.Load();
    ASSERT_TRUE(model) << model.error().Text();
    const auto plan = (*model)->Bind({});
    ASSERT_TRUE(plan);
    auto binding = ModelBinding::Make(*plan);
    ASSERT_TRUE(binding);
    a_ = *binding->inputs->Find("a");
    city_ = *binding->inputs->Find("city");
    row_.emplace(binding->inputs);
    answer_.emplace(binding->outputs);
    b_ = *binding->outputs->Find("b");
    index_ = *binding->outputs->Find("index");
    workspace_.emplace(std::move(*binding));
  }

  ScoreCode Score(RequestKind kind, std::span<const std::byte> request) {
    return ScoreRequest(kind, request, *workspace_, Room(), &response_bytes_);
  }
  std::span<std::byte> Room() {
    return std::as_writable_bytes(std::span(response_)).first(room_bytes_);
  }
  std::span<const std::byte> Response() { return Room().first(response_bytes_); }
  ErrorDetail Detail() { return DecodeFault(Response()).place; }
  const RowEncoder& Row(double a, const char* city) {
    row_->Clear();
    row_->Set(a_, a);
    row_->Set(city_, city);
    return *row_;
  }

  testing::BundleOnDisk bundle_;
  std::optional<RowEncoder> row_;
  std::optional<AnswerDecoder> answer_;
  std::optional<ScoreWorkspace> workspace_;
  std::uint32_t a_ = 0;
  std::uint32_t city_ = 0;
  std::uint32_t b_ = 0;
  std::uint32_t index_ = 0;
  std::vector<std::uint64_t> response_ = std::vector<std::uint64_t>(4096);
  std::size_t room_bytes_ = 8 * 4096;
  std::size_t response_bytes_ = 0;
};

TEST_F(ScoreRequestTest, AnswersARow) {
  ASSERT_EQ(Score(RequestKind::kRow, Row(2, "Basel").bytes()), ScoreCode::kOk);
  ASSERT_EQ(answer_->Open(Response()), ScoreCode::kOk);
  double value = 0;
  ASSERT_EQ(answer_->Get(b_, &value), ScoreCode::kOk);
  EXPECT_EQ(value, 1.0);
  ASSERT_EQ(answer_->Get(index_, &value), ScoreCode::kOk);
  EXPECT_EQ(value, 1.0);
}

TEST_F(ScoreRequestTest, SaysWhichColumnFailed) {
  EXPECT_EQ(Score(RequestKind::kRow, Row(2, "Paris").bytes()), ScoreCode::kUnseenLabel);
  EXPECT_EQ(Detail(), (ErrorDetail{0, static_cast<std::int32_t>(city_)}));
  EXPECT_EQ(DecodeFault(Response()).op, "string_indexer");
  EXPECT_EQ(DecodeFault(Response()).stage, "n");
  row_->SetNull(a_);
  EXPECT_EQ(Score(RequestKind::kRow, row_->bytes()), ScoreCode::kNullValue);
  EXPECT_EQ(DecodeFault(Response()).stage, "") << "the row itself is refused";
  EXPECT_EQ(Detail(), (ErrorDetail{0, static_cast<std::int32_t>(a_)}));
  EXPECT_EQ(Score(RequestKind::kRow, {}), ScoreCode::kMalformed);
  EXPECT_EQ(Detail(), ErrorDetail());
}

TEST_F(ScoreRequestTest, ScoresEachRowOfABatchByItself) {
  BatchEncoder batch;
  const char* const cities[] = {"Bern", "Paris", "Basel"};
  for (const char* city : cities) ASSERT_EQ(batch.Add(Row(0, city)), ScoreCode::kOk);
  ASSERT_EQ(Score(RequestKind::kBatch, batch.Finish()), ScoreCode::kOk);
  BatchAnswerDecoder answers;
  ASSERT_EQ(answers.Open(Response()), ScoreCode::kOk);
  ASSERT_EQ(answers.row_count(), 3U);
  EXPECT_EQ(answers.code(1), ScoreCode::kUnseenLabel);
  EXPECT_EQ(answers.column(1), static_cast<std::int32_t>(city_));
  EXPECT_EQ(answers.fault(1).op, "string_indexer");
  for (const std::uint32_t row : {0U, 2U}) {
    EXPECT_EQ(answers.code(row), ScoreCode::kOk);
    ASSERT_EQ(answers.Row(row, &*answer_), ScoreCode::kOk);
    double index = -1;
    ASSERT_EQ(answer_->Get(index_, &index), ScoreCode::kOk);
    EXPECT_EQ(index, row / 2.0);
  }
}

TEST_F(ScoreRequestTest, ABatchMayPauseBehindEachRow) {
  BatchEncoder batch;
  const char* const cities[] = {"Bern", "Paris", "Basel", "Basel", "Rome"};
  for (int i = 0; i < 50; ++i) ASSERT_EQ(batch.Add(Row(i % 3, cities[i % 5])), ScoreCode::kOk);
  const auto request = batch.Finish();
  ASSERT_EQ(Score(RequestKind::kBatch, request), ScoreCode::kOk);
  const std::vector<std::byte> at_once(Response().begin(), Response().end());

  std::ranges::fill(response_, 0);
  TurnClock clock;
  int turns = 1;
  clock.Begin(MonotonicNs(), 0);
  auto scored = BeginRequest(RequestKind::kBatch, request, *workspace_, Room(), clock);
  for (; !scored; ++turns) {
    clock.Begin(MonotonicNs(), 0);
    scored = ContinueRequest(*workspace_, clock);
  }
  EXPECT_EQ(turns, 50);
  EXPECT_EQ(scored->code, ScoreCode::kOk);
  EXPECT_TRUE(std::ranges::equal(Room().first(scored->response_bytes), at_once));
}

TEST_F(ScoreRequestTest, AsksForMoreRoom) {
  const RowEncoder& row = Row(2, "Bern");
  ASSERT_EQ(Score(RequestKind::kRow, row.bytes()), ScoreCode::kOk);
  const std::size_t needed = response_bytes_;
  for (room_bytes_ = 0; room_bytes_ < needed; ++room_bytes_) {
    EXPECT_EQ(Score(RequestKind::kRow, row.bytes()), ScoreCode::kTooLarge);
    EXPECT_GT(response_bytes_, room_bytes_);
  }
  EXPECT_EQ(Score(RequestKind::kRow, row.bytes()), ScoreCode::kOk);
  // A failure is told as far as there is room; what does not fit is left out whole.
  const RowEncoder& unseen = Row(2, "Paris");
  for (room_bytes_ = 0; room_bytes_ < 64; ++room_bytes_) {
    EXPECT_EQ(Score(RequestKind::kRow, unseen.bytes()), ScoreCode::kUnseenLabel);
    EXPECT_LE(response_bytes_, room_bytes_);
    const FaultDetail fault = DecodeFault(Response());
    EXPECT_EQ(fault.place.column, room_bytes_ < 8 ? kNoColumn : static_cast<int>(city_));
    EXPECT_EQ(fault.op, room_bytes_ < 16 + 14 ? "" : "string_indexer") << room_bytes_;
  }
  for (room_bytes_ = 0; room_bytes_ < 16; ++room_bytes_) {
    EXPECT_EQ(Score(RequestKind::kRow, {}), ScoreCode::kMalformed);
    EXPECT_EQ(response_bytes_, std::min<std::size_t>(room_bytes_, sizeof(ErrorDetail)));
  }
}

TEST_F(ScoreRequestTest, TakesNoMemoryOnceWarm) {
  ASSERT_EQ(Score(RequestKind::kRow, Row(2, "Bern").bytes()), ScoreCode::kOk);
  Score(RequestKind::kRow, Row(2, "Paris").bytes());
  const std::uint64_t before = AllocationCount();
  for (int i = 0; i < 100; ++i) {
    Score(RequestKind::kRow, Row(i, i % 3 == 0 ? "Paris" : "Basel").bytes());
  }
  EXPECT_EQ(AllocationCount(), before);
}

}  // namespace
}  // namespace pillion
