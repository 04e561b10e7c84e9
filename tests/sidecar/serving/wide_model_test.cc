// Models with more columns than one FlatBuffers table holds: scored like any other up to the cap,
// refused at load beyond it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/row_encoder.h"
#include "sidecar/models/served_version.h"
#include "sidecar/serving/score_request.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion {
namespace {

// Columns "c0", "c1" … assembled to the vector "v".
void WriteAssembler(testing::BundleOnDisk& bundle, std::uint32_t count,
                    const std::string& prefix = "c") {
  std::string inputs;
  std::string shapes;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string comma = i == 0 ? "" : ",";
    const std::string number = std::to_string(i);
    inputs += comma + R"({"port":"input)" + number + R"(","name":")" + prefix + number + R"("})";
    shapes += comma + R"({"base":"scalar","isNullable":true})";
  }
  bundle.Stage("root", "vector_assembler", inputs, R"({"port":"output","name":"v"})",
               R"("input_shapes":{"type":"list","data_shape":[)" + shapes + "]}");
}

struct Bound {
  explicit Bound(const testing::BundleOnDisk& bundle)
      : binding(*ModelBinding::Make(*(*bundle.Load())->Bind({}))),
        row(binding.inputs),
        answer(binding.outputs),
        workspace(binding) {}

  ScoreCode Score(RequestKind kind, std::span<const std::byte> request) {
    const auto room = std::as_writable_bytes(std::span(words));
    std::size_t bytes = 0;
    const ScoreCode code = ScoreRequest(kind, request, workspace, room, &bytes);
    response = room.first(bytes);
    return code;
  }
  // Column i is i + first.
  const RowEncoder& Row(double first) {
    row.Clear();
    for (std::uint32_t i = 0; i < binding.inputs->size(); ++i) row.Set(i, first + i);
    return row;
  }
  void ExpectVector(double first) {
    TensorView vector;
    ASSERT_EQ(answer.GetTensor(0, &vector), ScoreCode::kOk);
    ASSERT_EQ(vector.values.count, binding.inputs->size());
    for (std::uint32_t i = 0; i < vector.values.count; ++i) {
      ASSERT_EQ(vector.values.As<double>()[i], first + i);
    }
  }

  ModelBinding binding;
  RowEncoder row;
  AnswerDecoder answer;
  ScoreWorkspace workspace;
  std::vector<std::uint64_t> words = std::vector<std::uint64_t>(1 << 18);
  std::span<const std::byte> response;
};

TEST(WideModel, IsScoredLikeAnyOther) {
  testing::BundleOnDisk bundle;
  WriteAssembler(bundle, 10000);
  Bound model(bundle);
  EXPECT_EQ(model.binding.inputs->part_count(), 3U);
  EXPECT_EQ(model.binding.inputs->Find("c9999"), 9999U);
  ASSERT_EQ(model.Score(RequestKind::kRow, model.Row(0.5).bytes()), ScoreCode::kOk);
  ASSERT_EQ(model.answer.Open(model.response), ScoreCode::kOk);
  model.ExpectVector(0.5);

  BatchEncoder batch;
  ASSERT_EQ(batch.Add(model.Row(1)), ScoreCode::kOk);
  model.row.SetNull(9999);
  ASSERT_EQ(batch.Add(model.row), ScoreCode::kOk);
  ASSERT_EQ(batch.Add(model.Row(2)), ScoreCode::kOk);
  ASSERT_EQ(model.Score(RequestKind::kBatch, batch.Finish()), ScoreCode::kOk);
  BatchAnswerDecoder answers;
  ASSERT_EQ(answers.Open(model.response), ScoreCode::kOk);
  ASSERT_EQ(answers.row_count(), 3U);
  EXPECT_EQ(answers.code(1), ScoreCode::kNullValue);
  for (const std::uint32_t i : {0U, 2U}) {
    ASSERT_EQ(answers.Row(i, &model.answer), ScoreCode::kOk);
    model.ExpectVector(i == 0 ? 1 : 2);
  }
}

TEST(WideModel, TakesNoMemoryOnceWarm) {
  testing::BundleOnDisk bundle;
  WriteAssembler(bundle, 10000);
  Bound model(bundle);
  ASSERT_EQ(model.Score(RequestKind::kRow, model.Row(0).bytes()), ScoreCode::kOk);
  const std::uint64_t before = AllocationCount();
  for (int i = 0; i < 10; ++i) model.Score(RequestKind::kRow, model.Row(i).bytes());
  EXPECT_EQ(AllocationCount(), before);
}

TEST(WideModel, IsServedWithTheSizeOfItsRows) {
  testing::BundleOnDisk bundle;
  WriteAssembler(bundle, 10000);
  const auto version = ServedVersion::Load(bundle.root(), {});
  ASSERT_TRUE(version) << version.error().Text();
  EXPECT_EQ((*version)->model().inputs().size(), 10000U);
  // 8 bytes and a vtable's entry of 2 for each column; little beside.
  EXPECT_GE((*version)->row_bytes_min(), 100000U);
  EXPECT_LT((*version)->row_bytes_min(), 100200U);
}

TEST(WideModel, IsRefusedAtLoadBeyondTheCap) {
  testing::BundleOnDisk bundle;
  WriteAssembler(bundle, kRowColumnsMax + 1);
  const auto version = ServedVersion::Load(bundle.root(), {});
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().problems[0].code, LoadCode::kOverLimit);
  EXPECT_THAT(version.error().Text(),
              ::testing::HasSubstr(bundle.root().string() + ": input columns: 65536 columns"));
  EXPECT_THAT(version.error().Text(), ::testing::HasSubstr("at most 65535"));
}

// Column names that no message can hold.
TEST(WideModel, IsRefusedAtLoadWhereItsNamesAreTooLong) {
  testing::BundleOnDisk bundle;
  WriteAssembler(bundle, 5000, std::string(1000, 'n'));
  const auto version = ServedVersion::Load(bundle.root(), {});
  ASSERT_FALSE(version);
  EXPECT_THAT(version.error().Text(),
              ::testing::HasSubstr(bundle.root().string() + ": columns: their names and types"));
}

}  // namespace
}  // namespace pillion
