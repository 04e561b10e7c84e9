// Scores each row with the version that a split gives it, or, where that has other columns than
// are asked for, with the one that is published.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sidecar/models/split.h"
#include "sidecar/scoring/plan_scorer.h"

namespace pillion {

class SplitScorer final : public RowScorer {
 public:
  // `rest`: scores what no arm does.
  SplitScorer(std::shared_ptr<const Split> split, std::unique_ptr<RowScorer> rest);

  const std::string& key() const { return split_->key(); }
  // Of the row that was scored last.
  const std::string& last_version() const { return split_->arms()[last_].version; }
  // Arms that had rows since Forget(), as indexes into the split's.
  const std::vector<std::size_t>& used() const { return used_; }
  const Split::Arm& arm(std::size_t i) const { return split_->arms()[i]; }
  void Forget() { used_.clear(); }

  const Schema& model_outputs() const override { return rest().model_outputs(); }
  // With the key, which a row may lack.
  Result<Schema> InputsFor(const Names& outputs) override;
  Result<Schema> MissingInputs(const Schema& given, const Names& outputs) override {
    return rest().MissingInputs(given, outputs);
  }
  Result<void> Bind(const Schema& given, const Names& outputs) override;

  std::size_t batch_rows() const override { return 1; }
  std::size_t batches_max() const override { return 1; }
  Result<void> Start(std::span<const Value> values, std::size_t count) override;
  Result<void> Wait() override { return {}; }
  const RowOutcome& outcome(std::size_t row) const override { return scorer(last_).outcome(row); }
  std::span<const Value> answer(std::size_t row) const override {
    return scorer(last_).answer(row);
  }

 private:
  RowScorer& scorer(std::size_t arm) const { return *scorers_[arm]; }
  RowScorer& rest() const { return *scorers_.back(); }

  std::shared_ptr<const Split> split_;
  std::vector<std::unique_ptr<RowScorer>> scorers_;  // [arm]; null: the rest's is used
  std::vector<bool> bound_;                          // [arm]: as the rest is
  Schema given_;                                     // of the last Bind()
  Names wanted_;
  std::vector<std::size_t> used_;
  std::size_t last_ = 0;
};

}  // namespace pillion
