// Scores rows with a model in this process.
#pragma once

#include <memory>
#include <optional>

#include "engine/model.h"
#include "sidecar/scoring/row_scorer.h"

namespace pillion {

class PlanScorer final : public RowScorer {
 public:
  explicit PlanScorer(std::shared_ptr<const Model> model) : model_(std::move(model)) {
    optional_inputs_ = model_->OptionalInputs();
  }

  const Schema& model_outputs() const override { return model_->outputs(); }
  Result<Schema> InputsFor(const Names& outputs) override;
  Result<Schema> MissingInputs(const Schema& given, const Names& outputs) override;
  // Inputs keep the types given: the plan casts, each stage for itself, as MLeap does.
  Result<void> Bind(const Schema& given, const Names& outputs) override;

  std::size_t batch_rows() const override { return 1; }
  std::size_t batches_max() const override { return 1; }
  Result<void> Start(std::span<const Value> values, std::size_t count) override;
  Result<void> Wait() override { return {}; }
  const RowOutcome& outcome(std::size_t) const override { return outcome_; }
  std::span<const Value> answer(std::size_t) const override { return answer_; }

 private:
  void NoteLeftOut(const Schema& given);

  // What was asked for last, with what came of it. Tables that come one after another are mostly
  // of the same columns, and plans take longer to make than rows to score.
  struct Asked {
    Schema given;
    Names outputs;
    Schema schema;  // the answer
    bool Is(const Schema& columns, const Names& names) const {
      return columns == given && names == outputs;
    }
  };
  std::optional<Asked> inputs_for_;
  std::optional<Asked> missing_;
  std::optional<Asked> bound_;

  std::shared_ptr<const Model> model_;
  std::optional<Workspace> workspace_;
  RowOutcome outcome_;
  std::vector<Value> answer_;
};

}  // namespace pillion
