// What an op is once its attributes are read: its ports and the kernel that computes it.
// Knows nothing of bundles or columns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/arena.h"
#include "engine/graph/feature_recipe.h"
#include "engine/value.h"
#include "schemas/types/data_type.h"
#include "schemas/types/score_code.h"

namespace pillion {

// The arguments of one kernel call: inputs and outputs by position in Operation's lists.
class Arguments {
 public:
  Arguments(Value* registers, const std::uint32_t* inputs, const std::uint32_t* outputs,
            Arena* arena) noexcept
      : registers_(registers), inputs_(inputs), outputs_(outputs), arena_(arena) {}

  // A slot number that stands for an output that the node does not declare.
  static constexpr std::uint32_t kUndeclared = 0xffffffff;

  // Has the type of Operation::inputs[i]; null only where that type is nullable.
  const Value& In(std::size_t i) const noexcept { return registers_[inputs_[i]]; }

  bool Wants(std::size_t i) const noexcept { return outputs_[i] != kUndeclared; }
  // REQUIRES: Wants(i).
  Value& Out(std::size_t i = 0) const noexcept { return registers_[outputs_[i]]; }

  // Room that lives as long as the row; nullptr: return ScoreCode::kTooLarge.
  template <typename T>
  T* Allocate(std::size_t count) const noexcept {
    return arena_->Allocate<T>(count);
  }
  Arena& arena() const noexcept { return *arena_; }
  // Before work that neither memory nor the model bounds; false: return ScoreCode::kTooCostly.
  bool Spend(std::uint64_t steps) const noexcept { return arena_->Spend(steps); }

  // Names input `i` as the cause of the code that the kernel is about to return (default: 0).
  ScoreCode Blame(std::size_t i, ScoreCode code) noexcept {
    blamed_input_ = static_cast<std::uint32_t>(i);
    return code;
  }
  std::uint32_t blamed_input() const noexcept { return blamed_input_; }

 private:
  Value* registers_;
  const std::uint32_t* inputs_;
  const std::uint32_t* outputs_;
  Arena* arena_;
  std::uint32_t blamed_input_ = 0;
};

// What a step of Plan::fast_steps() answers for a row that is not the usual one: the plain steps
// decide. Never leaves the workspace.
inline constexpr auto kUnusualRow = static_cast<ScoreCode>(0xff);

// Computes an op for one row. Immutable; any number of threads may run one kernel.
class Kernel {
 public:
  virtual ~Kernel() = default;
  // Sets every wanted output, or returns the reason why not. Allocates from the arena only.
  virtual ScoreCode Run(Arguments& arguments) const noexcept = 0;
  // How a plan may make the same in another way; views live as long as the kernel.
  virtual FeatureRecipe recipe() const { return {}; }
};

struct Port {
  std::string name;
  DataType type;
};

struct Operation {
  std::vector<Port> inputs;   // all are needed, in the model's order
  std::vector<Port> outputs;  // the node may declare a part of them
  std::shared_ptr<const Kernel> kernel;
  bool may_skip = false;  // Run may return kSkipped, so the step counts for every output
  // Where a column that it reads is not given, a row is scored as if it removed none.
  bool may_be_left_out = false;
  bool fills_nulls = false;  // puts something in the place of a null, as its purpose
};

}  // namespace pillion
