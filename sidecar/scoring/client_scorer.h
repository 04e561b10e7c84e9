// Scores rows through a running sidecar, with the client library, as batches, several under way.
#pragma once

#include <memory>
#include <string>

#include "schemas/rows/fault_detail.h"
#include "sidecar/scoring/row_scorer.h"

namespace pillion {

class ClientScorer final : public RowScorer {
 public:
  // `url` as for the client library, `model` as the sidecar calls it. Errors: kNotFound.
  static Result<std::unique_ptr<ClientScorer>> Connect(const std::string& url,
                                                       const std::string& model);
  ~ClientScorer() override;

  const Schema& model_outputs() const override;
  Result<Schema> InputsFor(const Names& outputs) override;
  Result<Schema> MissingInputs(const Schema& given, const Names& outputs) override;
  // Inputs have the types that the model declares.
  Result<void> Bind(const Schema& given, const Names& outputs) override;

  std::size_t batch_rows() const override;
  std::size_t batches_max() const override;
  Result<void> Start(std::span<const Value> values, std::size_t count) override;
  Result<void> Wait() override;
  const RowOutcome& outcome(std::size_t row) const override;
  std::span<const Value> answer(std::size_t row) const override;

 private:
  struct State;
  struct Request;
  struct Batch;
  explicit ClientScorer(std::unique_ptr<State> state);

  ScoreCode Encode(Batch& batch, std::size_t row) const;
  void Submit(Batch& batch) const;
  Result<void> ScoreAlone(Batch& batch, std::size_t row) const;
  Result<void> TakeAnswers(Batch& batch) const;
  void Blame(Batch& batch, std::size_t row, const FaultDetail& fault) const;

  std::unique_ptr<State> state_;
};

}  // namespace pillion
