#include "tests/golden/wire_scorer.h"

#include <gtest/gtest.h>

#include "base/quote.h"
#include "sidecar/wire/encode_row.h"
#include "tests/support/read_answer.h"
#include "tests/support/wire_rows.h"

namespace pillion::testing {
namespace {

constexpr std::uint32_t kBatchRows = 2;  // so that there is one behind another

std::string Print(const RowOutcome& outcome) {
  return std::string(Name(outcome.code)) + " " + outcome.column + " " + outcome.stage;
}

}  // namespace

Result<void> WireScorer::Bind(const Schema& given, const Names& outputs) {
  PILLION_TRY(plan_scorer_.Bind(given, outputs));
  inputs_ = plan_scorer_.inputs();
  outputs_ = plan_scorer_.outputs();
  notes_ = plan_scorer_.notes();
  answer_.resize(outputs_.size());
  Model::BindOptions options;
  options.inputs = given;
  options.outputs = outputs;
  PILLION_ASSIGN(std::shared_ptr<const Plan> plan, model_->Bind(options));
  PILLION_ASSIGN(ModelBinding binding, ModelBinding::Make(std::move(plan)));
  row_.emplace(binding.inputs);
  single_.emplace(binding.outputs);
  decoder_.emplace(*binding.outputs);
  workspace_.emplace(std::move(binding));
  return {};
}

Result<void> WireScorer::Start(std::span<const Value> values, std::size_t count) {
  PILLION_TRY(plan_scorer_.Start(values, count));
  const RowOutcome& outcome = plan_scorer_.outcome(0);
  const std::span<const Value> answer = plan_scorer_.answer(0);
  std::copy(answer.begin(), answer.end(), answer_.begin());
  if (const ScoreCode code = EncodeRow(values, *row_); code != ScoreCode::kOk) {
    if (outcome.code != ScoreCode::kOk) return {};
    uncrossed_.push_back(std::string(Name(code)) + " in column " +
                         Quote(ColumnName(row_->fault().column)));
    return {};
  }
  const std::string wanted = outcome.code == ScoreCode::kOk
                                 ? pillion::Print(outputs_, {answer.begin(), answer.end()})
                                 : Print(outcome);
  CrossAlone(wanted);
  CrossInBatch(wanted);
  ++crossed_count_;
  return {};
}

std::span<const std::byte> WireScorer::Send(RequestKind kind, std::span<const std::byte> request,
                                            ScoreCode* code) {
  for (;;) {
    const std::span<std::byte> room = std::as_writable_bytes(std::span(response_));
    std::size_t bytes = 0;
    *code = ScoreRequest(kind, request, *workspace_, room, &bytes);
    if (bytes <= room.size()) return room.first(bytes);
    response_.resize(2 * response_.size());
  }
}

RowOutcome WireScorer::OutcomeOf(ScoreCode code, const FaultDetail& fault) const {
  const std::int32_t column = fault.place.column;
  return {code, column == kNoColumn ? std::string(fault.column) : ColumnName(column),
          NameOfStage(fault.op, fault.stage)};
}

void WireScorer::CrossAlone(const std::string& wanted) {
  ScoreCode code = ScoreCode::kOk;
  const std::span<const std::byte> response = Send(RequestKind::kRow, row_->bytes(), &code);
  if (code != ScoreCode::kOk) {
    EXPECT_EQ(Print(OutcomeOf(code, DecodeFault(response))), wanted);
    return;
  }
  ASSERT_EQ(single_->Open(response), ScoreCode::kOk);
  EXPECT_EQ(ReadAnswer(*single_), wanted);
}

void WireScorer::CrossInBatch(const std::string& wanted) {
  batch_.Clear();
  for (std::uint32_t i = 0; i < kBatchRows; ++i) ASSERT_EQ(batch_.Add(*row_), ScoreCode::kOk);
  ScoreCode code = ScoreCode::kOk;
  const std::span<const std::byte> response = Send(RequestKind::kBatch, batch_.Finish(), &code);
  BatchAnswerDecoder batch_answer;
  ASSERT_EQ(code, ScoreCode::kOk);
  ASSERT_EQ(batch_answer.Open(response), ScoreCode::kOk);
  ASSERT_EQ(decoder_->Open(RequestKind::kBatch, response), ScoreCode::kOk);
  for (std::uint32_t i = 0; i < kBatchRows; ++i) {
    if (const ScoreCode row_code = batch_answer.code(i); row_code != ScoreCode::kOk) {
      EXPECT_EQ(Print(OutcomeOf(row_code, batch_answer.fault(i))), wanted);
      continue;
    }
    arena_.Reset();
    ASSERT_EQ(decoder_->Decode(i, answer_.data(), arena_), ScoreCode::kOk);
    EXPECT_EQ(pillion::Print(outputs_, answer_), wanted);
  }
}

}  // namespace pillion::testing
