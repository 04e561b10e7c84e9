// Scores a table's rows twice, in the plan and as a server does: encoded, through ScoreRequest(),
// decoded. Both must agree bit for bit; the answers handed on are those that crossed the wire.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/fault_detail.h"
#include "schemas/rows/row_encoder.h"
#include "sidecar/scoring/plan_scorer.h"
#include "sidecar/serving/score_request.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion::testing {

// A row that the wire cannot carry is answered by the plan, and named in uncrossed().
class WireScorer final : public RowScorer {
 public:
  explicit WireScorer(std::shared_ptr<const Model> model)
      : model_(std::move(model)), plan_scorer_(model_), arena_(model_->limits().row_bytes_max) {
    optional_inputs_ = plan_scorer_.optional_inputs();
  }

  const Schema& model_outputs() const override { return plan_scorer_.model_outputs(); }
  Result<Schema> InputsFor(const Names& outputs) override {
    return plan_scorer_.InputsFor(outputs);
  }
  Result<Schema> MissingInputs(const Schema& given, const Names& outputs) override {
    return plan_scorer_.MissingInputs(given, outputs);
  }
  Result<void> Bind(const Schema& given, const Names& outputs) override;

  std::size_t batch_rows() const override { return 1; }
  std::size_t batches_max() const override { return 1; }
  Result<void> Start(std::span<const Value> values, std::size_t count) override;
  Result<void> Wait() override { return {}; }
  const RowOutcome& outcome(std::size_t row) const override { return plan_scorer_.outcome(row); }
  std::span<const Value> answer(std::size_t) const override { return answer_; }

  // Rows that were encoded and answered, and why others were not.
  std::size_t crossed_count() const { return crossed_count_; }
  const std::vector<std::string>& uncrossed() const { return uncrossed_; }

 private:
  const std::string& ColumnName(std::int32_t input) const {
    return inputs_[static_cast<std::size_t>(input)].name;
  }
  // The response; the code is in `code`.
  std::span<const std::byte> Send(RequestKind kind, std::span<const std::byte> request,
                                  ScoreCode* code);
  // What a server tells of a row that it could not score.
  RowOutcome OutcomeOf(ScoreCode code, const FaultDetail& fault) const;
  void CrossAlone(const std::string& wanted);
  void CrossInBatch(const std::string& wanted);

  std::shared_ptr<const Model> model_;
  PlanScorer plan_scorer_;
  std::optional<ScoreWorkspace> workspace_;
  std::optional<RowEncoder> row_;
  std::optional<AnswerDecoder> single_;
  std::optional<RowDecoder> decoder_;
  BatchEncoder batch_;
  std::vector<std::uint64_t> response_ = std::vector<std::uint64_t>(1 << 13);
  Arena arena_;  // of the decoded answer
  std::vector<Value> answer_;
  std::size_t crossed_count_ = 0;
  std::vector<std::string> uncrossed_;
};

}  // namespace pillion::testing
