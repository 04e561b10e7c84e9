#include "sidecar/scoring/plan_scorer.h"

#include <algorithm>
#include <utility>

namespace pillion {
namespace {

Model::BindOptions OptionsFor(std::optional<Schema> given, const RowScorer::Names& outputs) {
  Model::BindOptions options;
  options.inputs = std::move(given);
  options.outputs = outputs;
  return options;
}

}  // namespace

Result<Schema> PlanScorer::InputsFor(const Names& outputs) {
  if (!inputs_for_ || !inputs_for_->Is({}, outputs)) {
    PILLION_ASSIGN(const std::shared_ptr<const Plan> plan,
                   model_->Bind(OptionsFor(std::nullopt, outputs)));
    inputs_for_ = {{}, outputs, plan->inputs()};
  }
  return inputs_for_->schema;
}

Result<Schema> PlanScorer::MissingInputs(const Schema& given, const Names& outputs) {
  if (!missing_ || !missing_->Is(given, outputs)) {
    missing_ = {given, outputs, model_->MissingInputs(OptionsFor(given, outputs))};
  }
  return missing_->schema;
}

Result<void> PlanScorer::Bind(const Schema& given, const Names& outputs) {
  if (bound_ && bound_->Is(given, outputs)) return {};
  bound_.reset();
  PILLION_ASSIGN(const std::shared_ptr<const Plan> plan, model_->Bind(OptionsFor(given, outputs)));
  inputs_ = plan->inputs();
  outputs_ = plan->outputs();
  answer_.resize(outputs_.size());
  workspace_.emplace(plan);
  NoteLeftOut(given);
  bound_ = {given, outputs, {}};
  return {};
}

// Of the stages that are not needed for what is wanted, those that would have removed rows.
void PlanScorer::NoteLeftOut(const Schema& given) {
  notes_.clear();
  const std::vector<PlanStep>& steps = workspace_->plan().steps();
  for (std::size_t i = 0; i < model_->stages().size(); ++i) {
    const Stage& stage = model_->stages()[i];
    const bool runs = std::any_of(steps.begin(), steps.end(),
                                  [&](const PlanStep& step) { return step.stage == i; });
    if (!stage.operation.may_skip || runs) continue;
    for (const std::string& column : stage.input_columns) {
      const bool is_given = std::any_of(given.begin(), given.end(),
                                        [&](const Field& field) { return field.name == column; });
      if (is_given) continue;
      notes_.push_back(LeftOutNote(column, stage.op, stage.name));
    }
  }
}

Result<void> PlanScorer::Start(std::span<const Value> values, std::size_t) {
  for (std::size_t i = 0; i < values.size(); ++i) workspace_->Input(i) = values[i];
  outcome_.code = workspace_->Score();
  if (outcome_.code == ScoreCode::kOk) {
    for (std::size_t i = 0; i < answer_.size(); ++i) answer_[i] = workspace_->Output(i);
    return {};
  }
  const Fault& fault = workspace_->fault();
  outcome_.column = fault.column;
  const Stage& stage = model_->stages()[fault.stage];
  outcome_.stage = NameOfStage(stage.op, stage.name);
  return {};
}

}  // namespace pillion
