// The loops that walk a forest's trees, one for each form of nodes and number of trees in step.
// Private to the forest: ForestBuilder chooses, Forest runs.
#pragma once

#include <cstdint>

#include "engine/forest/forest.h"

namespace pillion {

class ForestWalk {
 public:
  // kNumbers walks trees of numbers alone; kSets also of short sets, kLongSets of all.
  enum class Form : std::uint8_t { kNarrow, kNumbers, kSets, kLongSets };

  static constexpr std::uint32_t kLanesLog2Max = 4;

  // 2^`lanes_log2` trees in step. REQUIRES: not kLongSets.
  static Forest::Run Together(Form form, std::uint32_t lanes_log2) noexcept;
  // One tree until it is at a leaf.
  static Forest::Run Alone(Form form) noexcept;

 private:
  class Narrow;
  class Numbers;
  class Sets;
  class LongSets;

  template <typename Nodes, std::size_t lanes>
  static void RunTogether(const Forest& forest, std::uint32_t first, std::uint32_t steps,
                          const void* slots, std::uint32_t* leaves) noexcept;
  template <typename Nodes>
  static void RunAlone(const Forest& forest, std::uint32_t first, std::uint32_t steps,
                       const void* slots, std::uint32_t* leaves) noexcept;
};

}  // namespace pillion
