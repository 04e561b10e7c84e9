// The rewrite "fuse-features": where an assembler's inputs come from indexers, one-hot encoders,
// scalers and further assemblers, one fused step reads the plain columns instead, and steps that
// nobody needs any more are dropped. The plan keeps the plain steps beside the fast ones.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/fused_assembler.h"
#include "engine/model.h"

namespace pillion {

class FeatureFusion {
 public:
  // `stages`: of the model that the draft is of.
  FeatureFusion(const std::vector<Stage>& stages, PlanDraft& draft);

  // Gives the draft its fast steps; leaves it alone where nothing can be fused.
  void Run();

 private:
  struct Producer {
    const PlanStep* step = nullptr;  // nullptr: the caller's column
    std::uint32_t output = 0;
  };
  struct Chain {
    std::vector<FusedAssembler::Part> parts;
    std::vector<std::uint32_t> slots;  // per part
    std::int64_t size = 0;             // of the vector so far
    std::uint32_t visits = 0;          // of assemblers' inputs
  };

  bool AddAssembler(const PlanStep& step, Chain& chain) const;
  bool AddScalar(std::uint32_t slot, Chain& chain) const;
  bool AddVector(std::uint32_t slot, Chain& chain) const;
  bool AddOneHot(const Producer& producer, const OneHotRecipe& recipe, Chain& chain) const;
  bool AddScaled(const PlanStep& scaler, const ScaleRecipe& recipe, Chain& chain) const;
  void Append(FusedAssembler::Part part, std::uint32_t slot, std::int64_t width,
              Chain& chain) const;

  std::uint32_t InputSlot(const PlanStep& step, std::uint32_t i) const;
  // The column's recipe where the register holds an indexer's answer.
  std::optional<IndexRecipe::Column> IndexOf(std::uint32_t slot, std::uint32_t* text_slot) const;
  void DropUnneeded(std::vector<PlanStep>& steps) const;

  const std::vector<Stage>& stages_;
  PlanDraft& draft_;
  std::vector<Producer> producers_;  // [slot]
};

}  // namespace pillion
