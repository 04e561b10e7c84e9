#include "sidecar/http/split_scorer.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "sidecar/models/served_version.h"

namespace pillion {
namespace {

Field KeyField(const std::string& name) {
  Field field{name, DataType::Scalar(BasicType::kString)};
  field.type.nullable = true;
  return field;
}

}  // namespace

SplitScorer::SplitScorer(std::shared_ptr<const Split> split, std::unique_ptr<RowScorer> rest_scorer)
    : split_(std::move(split)) {
  for (std::size_t i = 0; i + 1 < split_->arms().size(); ++i) {
    const Split::Arm& arm = split_->arms()[i];
    scorers_.push_back(arm.loaded == nullptr
                           ? nullptr
                           : std::make_unique<PlanScorer>(arm.loaded->model().shared_from_this()));
  }
  scorers_.push_back(std::move(rest_scorer));
  bound_.resize(scorers_.size());
  last_ = scorers_.size() - 1;
  optional_inputs_ = rest().optional_inputs();
  if (std::ranges::find(arm(last_).loaded->model().inputs(), key(), &Field::name) ==
      arm(last_).loaded->model().inputs().end()) {
    optional_inputs_.push_back(key());
  }
}

Result<Schema> SplitScorer::InputsFor(const Names& outputs) {
  Schema inputs;
  PILLION_ASSIGN(inputs, rest().InputsFor(outputs));
  if (std::ranges::find(inputs, key(), &Field::name) == inputs.end()) {
    inputs.push_back(KeyField(key()));
  }
  return inputs;
}

Result<void> SplitScorer::Bind(const Schema& given, const Names& outputs) {
  if (!inputs_.empty() && given == given_ && outputs == wanted_) return {};
  PILLION_TRY(rest().Bind(given, outputs));
  given_ = given;
  wanted_ = outputs;
  inputs_ = rest().inputs();
  outputs_ = rest().outputs();
  notes_ = rest().notes();
  for (std::size_t i = 0; i < scorers_.size(); ++i) {
    bound_[i] = scorers_[i] != nullptr && scorers_[i]->Bind(given, outputs) &&
                scorers_[i]->inputs() == inputs_ && scorers_[i]->outputs() == outputs_;
  }
  inputs_.push_back(KeyField(key()));  // as text, also where it is another input already
  return {};
}

Result<void> SplitScorer::Start(std::span<const Value> values, std::size_t count) {
  const Value& key = values.back();
  last_ = split_->ArmOf(key.null ? std::nullopt : std::optional<std::string_view>(key.text));
  if (!bound_[last_]) last_ = scorers_.size() - 1;
  split_->arms()[last_].rows->Add(1);
  if (std::ranges::find(used_, last_) == used_.end()) used_.push_back(last_);
  return scorer(last_).Start(values.first(values.size() - 1), count);
}

}  // namespace pillion
