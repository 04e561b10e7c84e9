// Scores rows with another scorer, and offers some of them to a version in the shadow.
#pragma once

#include <memory>
#include <optional>

#include "schemas/rows/row_encoder.h"
#include "sidecar/models/shadow.h"
#include "sidecar/scoring/row_scorer.h"

namespace pillion {

class ShadowScorer final : public RowScorer {
 public:
  // `scorer` scores a row at a time, with the version that is shadowed.
  ShadowScorer(std::shared_ptr<const Shadow> shadow, std::unique_ptr<RowScorer> scorer);

  const Schema& model_outputs() const override { return scorer_->model_outputs(); }
  Result<Schema> InputsFor(const Names& outputs) override { return scorer_->InputsFor(outputs); }
  Result<Schema> MissingInputs(const Schema& given, const Names& outputs) override {
    return scorer_->MissingInputs(given, outputs);
  }
  Result<void> Bind(const Schema& given, const Names& outputs) override;

  std::size_t batch_rows() const override { return scorer_->batch_rows(); }
  std::size_t batches_max() const override { return scorer_->batches_max(); }
  Result<void> Start(std::span<const Value> values, std::size_t count) override;
  Result<void> Wait() override { return scorer_->Wait(); }
  const RowOutcome& outcome(std::size_t row) const override { return scorer_->outcome(row); }
  std::span<const Value> answer(std::size_t row) const override { return scorer_->answer(row); }

 private:
  const std::shared_ptr<const Shadow> shadow_;
  const std::unique_ptr<RowScorer> scorer_;
  Sampler sampler_;
  Schema planned_;                    // the inputs that plan_ is of
  std::shared_ptr<ShadowPlan> plan_;  // null: nothing can be compared
  std::optional<RowEncoder> row_;     // of the plan's rows
};

}  // namespace pillion
