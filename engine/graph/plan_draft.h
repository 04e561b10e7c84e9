// What a plan is made of, while it is being made: steps over registers. PlanBuilder fills it,
// FeatureFusion rewrites it; a Plan holds it and lets nobody write any more.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/graph/kernel.h"
#include "schemas/types/data_type.h"

namespace pillion {

struct PlanStep {
  const Kernel* kernel = nullptr;
  std::uint32_t inputs_begin = 0;  // into PlanDraft::slots
  std::uint32_t inputs_count = 0;
  std::uint32_t outputs_begin = 0;  // into PlanDraft::slots
  std::uint32_t outputs_count = 0;
  std::uint32_t checks_begin = 0;  // inputs that must not be null: positions, into checks
  std::uint32_t checks_count = 0;
  std::uint32_t stage = 0;  // index into Model::stages(), for messages
};

struct PlanDraft {
  std::vector<std::unique_ptr<const Kernel>> own_kernels;  // casts and fused steps
  Schema inputs;                                           // input i lies in register i
  Schema outputs;
  std::vector<std::uint32_t> output_slots;
  // Every step as the stages stand in the model: what an answer means.
  std::vector<PlanStep> steps;
  // The same after rewrites, for the usual row; empty where none applies. A fast step that meets
  // an unusual row gives up, and the plain steps decide.
  std::vector<PlanStep> fast_steps;
  std::vector<std::uint32_t> slots;       // of registers; [PlanStep::inputs_begin, ...]
  std::vector<std::uint32_t> checks;      // [PlanStep::checks_begin, ...]
  std::vector<std::string> slot_columns;  // the column that each register holds, for messages
};

}  // namespace pillion
