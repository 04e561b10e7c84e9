#include "engine/graph/feature_fusion.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pillion {

using Part = FusedAssembler::Part;

namespace {

// Assemblers that read each other twice would double the work with each level.
constexpr std::uint32_t kVisitsMax = 20'000;

}  // namespace

FeatureFusion::FeatureFusion(const std::vector<Stage>& stages, PlanDraft& draft)
    : stages_(stages), draft_(draft), producers_(draft.slot_columns.size()) {
  for (const PlanStep& step : draft.steps) {
    for (std::uint32_t i = 0; i < step.outputs_count; ++i) {
      const std::uint32_t slot = draft.slots[step.outputs_begin + i];
      if (slot != Arguments::kUndeclared) producers_[slot] = {&step, i};
    }
  }
}

void FeatureFusion::Run() {
  std::vector<PlanStep> steps;
  bool fused = false;
  for (const PlanStep& step : draft_.steps) {
    steps.push_back(step);
    Chain chain;
    if (!std::holds_alternative<AssembleRecipe>(step.kernel->recipe())) continue;
    if (!AddAssembler(step, chain) || chain.size > INT32_MAX) continue;
    const bool plain = std::all_of(chain.parts.begin(), chain.parts.end(), [](const Part& part) {
      return part.kind == Part::Kind::kNumber;
    });
    if (plain) continue;  // The assembler itself does that as well.
    auto kernel = std::make_unique<FusedAssembler>(std::move(chain.parts),
                                                   static_cast<std::uint32_t>(chain.size));
    steps.back().kernel = kernel.get();
    steps.back().inputs_begin = static_cast<std::uint32_t>(draft_.slots.size());
    steps.back().inputs_count = static_cast<std::uint32_t>(chain.slots.size());
    steps.back().checks_count = 0;
    draft_.slots.insert(draft_.slots.end(), chain.slots.begin(), chain.slots.end());
    draft_.own_kernels.push_back(std::move(kernel));
    fused = true;
  }
  if (!fused) return;
  DropUnneeded(steps);
  draft_.fast_steps = std::move(steps);
}

bool FeatureFusion::AddAssembler(const PlanStep& step, Chain& chain) const {
  const FeatureRecipe recipe = step.kernel->recipe();
  const std::span<const Shape> shapes = std::get<AssembleRecipe>(recipe).shapes;
  for (std::uint32_t i = 0; i < shapes.size(); ++i) {
    if (++chain.visits > kVisitsMax) return false;
    const std::uint32_t slot = InputSlot(step, i);
    const bool added =
        shapes[i] == Shape::kScalar ? AddScalar(slot, chain) : AddVector(slot, chain);
    if (!added) return false;
  }
  return true;
}

bool FeatureFusion::AddScalar(std::uint32_t slot, Chain& chain) const {
  Part part;
  std::uint32_t text_slot = slot;
  if (const auto index = IndexOf(slot, &text_slot)) {
    part.kind = Part::Kind::kLabelIndex;
    part.index = *index;
  }
  Append(part, text_slot, 1, chain);
  return true;
}

bool FeatureFusion::AddVector(std::uint32_t slot, Chain& chain) const {
  const Producer& producer = producers_[slot];
  if (producer.step == nullptr) return false;
  const FeatureRecipe recipe = producer.step->kernel->recipe();
  if (const auto* one_hot = std::get_if<OneHotRecipe>(&recipe)) {
    return AddOneHot(producer, *one_hot, chain);
  }
  if (const auto* scale = std::get_if<ScaleRecipe>(&recipe)) {
    return AddScaled(*producer.step, *scale, chain);
  }
  return std::holds_alternative<AssembleRecipe>(recipe) && AddAssembler(*producer.step, chain);
}

bool FeatureFusion::AddOneHot(const Producer& producer, const OneHotRecipe& recipe,
                              Chain& chain) const {
  Part part;
  part.kind = Part::Kind::kOneHotNumber;
  part.one_hot = recipe.columns[producer.output];
  part.keep_invalid = recipe.keep_invalid;
  if (part.one_hot.width <= 0) return false;
  std::uint32_t slot = InputSlot(*producer.step, producer.output);
  if (const auto index = IndexOf(slot, &slot)) {
    part.kind = Part::Kind::kOneHotLabel;
    part.index = *index;
  }
  Append(part, slot, part.one_hot.width, chain);
  return true;
}

// A scaler whose vector is assembled from plain numbers.
bool FeatureFusion::AddScaled(const PlanStep& scaler, const ScaleRecipe& recipe,
                              Chain& chain) const {
  const Producer& assembler = producers_[InputSlot(scaler, 0)];
  if (assembler.step == nullptr) return false;
  const FeatureRecipe assembler_recipe = assembler.step->kernel->recipe();
  const auto* assemble = std::get_if<AssembleRecipe>(&assembler_recipe);
  if (assemble == nullptr) return false;
  const std::size_t size = assemble->shapes.size();
  if (!recipe.mean.empty() && recipe.mean.size() != size) return false;
  if (!recipe.factor.empty() && recipe.factor.size() != size) return false;
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint32_t slot = InputSlot(*assembler.step, i);
    std::uint32_t text_slot = 0;
    if (assemble->shapes[i] != Shape::kScalar || IndexOf(slot, &text_slot)) return false;
    Part part;
    part.kind = Part::Kind::kScaledNumber;
    part.mean = recipe.mean.empty() ? 0.0 : recipe.mean[i];
    part.factor = recipe.factor.empty() ? 1.0 : recipe.factor[i];
    if (!std::isfinite(part.factor)) return false;
    if (!recipe.mean.empty() && part.factor == 0) part.kind = Part::Kind::kNothing;
    Append(part, slot, 1, chain);
  }
  return true;
}

void FeatureFusion::Append(Part part, std::uint32_t slot, std::int64_t width, Chain& chain) const {
  part.begin = static_cast<std::int32_t>(std::min<std::int64_t>(chain.size, INT32_MAX));
  chain.size += width;
  chain.parts.push_back(std::move(part));
  chain.slots.push_back(slot);
}

std::uint32_t FeatureFusion::InputSlot(const PlanStep& step, std::uint32_t i) const {
  return draft_.slots[step.inputs_begin + i];
}

std::optional<IndexRecipe::Column> FeatureFusion::IndexOf(std::uint32_t slot,
                                                          std::uint32_t* text_slot) const {
  const Producer& producer = producers_[slot];
  if (producer.step == nullptr) return std::nullopt;
  const FeatureRecipe recipe = producer.step->kernel->recipe();
  const auto* index = std::get_if<IndexRecipe>(&recipe);
  if (index == nullptr) return std::nullopt;
  *text_slot = InputSlot(*producer.step, producer.output);
  return index->columns[producer.output];
}

void FeatureFusion::DropUnneeded(std::vector<PlanStep>& steps) const {
  std::vector<bool> needed(draft_.slot_columns.size(), false);
  for (const std::uint32_t slot : draft_.output_slots) needed[slot] = true;
  std::vector<PlanStep> kept;
  for (std::size_t i = steps.size(); i-- > 0;) {
    const PlanStep& step = steps[i];
    bool keep = stages_[step.stage].operation.may_skip;
    for (std::uint32_t k = 0; k < step.outputs_count; ++k) {
      const std::uint32_t slot = draft_.slots[step.outputs_begin + k];
      keep = keep || (slot != Arguments::kUndeclared && needed[slot]);
    }
    if (!keep) continue;
    for (std::uint32_t k = 0; k < step.inputs_count; ++k) needed[InputSlot(step, k)] = true;
    kept.push_back(step);
  }
  std::reverse(kept.begin(), kept.end());
  steps = std::move(kept);
}

}  // namespace pillion
