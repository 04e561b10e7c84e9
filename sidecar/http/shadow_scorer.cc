#include "sidecar/http/shadow_scorer.h"

#include <utility>

#include "sidecar/wire/encode_row.h"

namespace pillion {

ShadowScorer::ShadowScorer(std::shared_ptr<const Shadow> shadow, std::unique_ptr<RowScorer> scorer)
    : shadow_(std::move(shadow)), scorer_(std::move(scorer)), sampler_(shadow_->sample) {
  optional_inputs_ = scorer_->optional_inputs();
}

Result<void> ShadowScorer::Bind(const Schema& given, const Names& outputs) {
  PILLION_TRY(scorer_->Bind(given, outputs));
  inputs_ = scorer_->inputs();
  outputs_ = scorer_->outputs();
  notes_ = scorer_->notes();
  if (row_ && inputs_ == planned_) return {};
  planned_ = inputs_;
  plan_ = ShadowPlan::Make(*shadow_, inputs_);
  row_.reset();
  if (auto rows = RowLayout::Make(inputs_)) {
    row_.emplace(std::make_shared<const RowLayout>(*std::move(rows)));
  }
  return {};
}

Result<void> ShadowScorer::Start(std::span<const Value> values, std::size_t count) {
  PILLION_TRY(scorer_->Start(values, count));
  if (plan_ == nullptr || !row_ || scorer_->outcome(0).code != ScoreCode::kOk) return {};
  if (!sampler_.Next() || EncodeRow(values, *row_) != ScoreCode::kOk) return {};
  shadow_->thread->Offer(plan_, RequestKind::kRow, row_->bytes());
  return {};
}

}  // namespace pillion
