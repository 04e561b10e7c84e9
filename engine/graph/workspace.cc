// Workspace: runs a plan's steps over registers, one row at a time.
#include <utility>

#include "engine/model.h"

namespace pillion {

Workspace::Workspace(std::shared_ptr<const Plan> plan)
    : plan_(std::move(plan)),
      registers_(plan_->parts().slot_columns.size()),
      arena_(plan_->model().limits().row_bytes_max, plan_->model().limits().row_steps_max) {}

ScoreCode Workspace::Score() noexcept {
  arena_.Reset();
  if (!plan_->fast_steps().empty() && Run(plan_->fast_steps()) == ScoreCode::kOk) {
    return ScoreCode::kOk;
  }
  return Run(plan_->steps());
}

ScoreCode Workspace::Run(const std::vector<PlanStep>& steps) noexcept {
  const std::uint32_t* slots = plan_->parts().slots.data();
  for (const PlanStep& step : steps) {
    const std::uint32_t* inputs = slots + step.inputs_begin;
    Arguments arguments(registers_.data(), inputs, slots + step.outputs_begin, &arena_);
    ScoreCode code = ScoreCode::kOk;
    for (std::uint32_t i = 0; i < step.checks_count; ++i) {
      const std::uint32_t input = plan_->parts().checks[step.checks_begin + i];
      if (registers_[inputs[input]].null) code = arguments.Blame(input, ScoreCode::kNullValue);
    }
    if (code == ScoreCode::kOk) code = step.kernel->Run(arguments);
    if (code != ScoreCode::kOk) {
      if (code == ScoreCode::kTooLarge && arena_.lacks_memory()) code = ScoreCode::kNoMemory;
      fault_ = {code, step.stage, BlamedColumn(step, arguments.blamed_input())};
      return code;
    }
  }
  return ScoreCode::kOk;
}

std::string_view Workspace::BlamedColumn(const PlanStep& step, std::uint32_t input) const noexcept {
  if (input >= step.inputs_count) return {};
  return plan_->parts().slot_columns[plan_->parts().slots[step.inputs_begin + input]];
}

}  // namespace pillion
