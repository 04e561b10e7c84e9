#include "engine/forest/forest_walk.h"

#include <bit>
#include <utility>

namespace pillion {

// Each form of nodes steps from a position to the next, without a branch that depends on the data;
// a leaf steps onto itself.
class ForestWalk::Narrow {
 public:
  Narrow(const Forest& forest, const void* slots) noexcept
      : nodes_(forest.narrow_pairs_.front().nodes),
        slots_(static_cast<const float*>(slots)),
        slot_mask_((1U << forest.slot_bits_) - 1),
        slot_bits_(forest.slot_bits_) {}

  std::uint32_t Next(std::uint32_t at) const noexcept {
    const Forest::NarrowNode node = nodes_[at];
    const float x = slots_[node.link & slot_mask_];
    return (node.link >> slot_bits_) + (std::bit_cast<float>(node.test) >= x ? 0 : 1);
  }
  bool AtLeaf(std::uint32_t at) const noexcept { return nodes_[at].link >> slot_bits_ < at; }
  std::uint32_t Leaf(std::uint32_t at) const noexcept {
    return nodes_[at].test & Forest::kNarrowLeafMask;
  }

 private:
  const Forest::NarrowNode* nodes_;
  const float* slots_;
  std::uint32_t slot_mask_;
  std::uint32_t slot_bits_;
};

class ForestWalk::Numbers {
 public:
  Numbers(const Forest& forest, const void* slots) noexcept
      : nodes_(forest.pairs_.front().nodes), slots_(static_cast<const std::uint64_t*>(slots)) {}

  std::uint32_t Next(std::uint32_t at) const noexcept {
    const Forest::Node node = nodes_[at];
    const auto x = std::bit_cast<double>(slots_[node.slot]);
    return node.left + (x <= std::bit_cast<double>(node.test) ? 0 : 1);
  }
  bool AtLeaf(std::uint32_t at) const noexcept { return nodes_[at].left < at; }
  std::uint32_t Leaf(std::uint32_t at) const noexcept {
    return static_cast<std::uint32_t>(nodes_[at].test);
  }

 protected:
  const Forest::Node* nodes_;
  const std::uint64_t* slots_;
};

class ForestWalk::Sets : public Numbers {
 public:
  Sets(const Forest& forest, const void* slots) noexcept
      : Numbers(forest, slots), sets_begin_(forest.sets_begin_) {}

  std::uint32_t Next(std::uint32_t at) const noexcept {
    const Forest::Node node = nodes_[at];
    const std::uint64_t x = slots_[node.slot];
    std::uint32_t right = std::bit_cast<double>(x) <= std::bit_cast<double>(node.test) ? 0 : 1;
    // Chosen by bits: the compiler turns a conditional into a branch here.
    const std::uint32_t outside = (x & node.test) == 0 ? 1 : 0;
    const std::uint32_t is_set = node.slot >= sets_begin_ ? 1 : 0;
    right ^= (right ^ outside) & is_set;
    return node.left + right;
  }

 private:
  std::uint32_t sets_begin_;
};

class ForestWalk::LongSets : public Numbers {
 public:
  LongSets(const Forest& forest, const void* slots) noexcept
      : Numbers(forest, slots), forest_(forest) {}

  std::uint32_t Next(std::uint32_t at) const noexcept {
    const Forest::Node& node = nodes_[at];
    return node.left + (forest_.GoesLeft(node, slots_[node.slot]) ? 0 : 1);
  }

 private:
  const Forest& forest_;
};

// Trees in step hide the latency of the loads; the trip count is the deepest tree's, since asking
// whether all lanes have arrived costs more than the steps it saves.
template <typename Nodes, std::size_t lanes>
void ForestWalk::RunTogether(const Forest& forest, std::uint32_t first, std::uint32_t steps,
                             const void* slots, std::uint32_t* leaves) noexcept {
  const Nodes nodes(forest, slots);
  const std::uint32_t* trees = forest.order_.data() + first;
  [&]<std::size_t... lane>(std::index_sequence<lane...>) {
    std::uint32_t at[lanes] = {forest.roots_[trees[lane]]...};
    for (std::uint32_t i = 0; i < steps; ++i) ((at[lane] = nodes.Next(at[lane])), ...);
    ((leaves[trees[lane]] = nodes.Leaf(at[lane])), ...);
  }
  (std::make_index_sequence<lanes>());
}

template <typename Nodes>
void ForestWalk::RunAlone(const Forest& forest, std::uint32_t first, std::uint32_t,
                          const void* slots, std::uint32_t* leaves) noexcept {
  const Nodes nodes(forest, slots);
  const std::uint32_t tree = forest.order_[first];
  std::uint32_t at = forest.roots_[tree];
  while (!nodes.AtLeaf(at)) at = nodes.Next(at);
  leaves[tree] = nodes.Leaf(at);
}

Forest::Run ForestWalk::Together(Form form, std::uint32_t lanes_log2) noexcept {
  static constexpr Forest::Run kRuns[][kLanesLog2Max + 1] = {
      {RunTogether<Narrow, 1>, RunTogether<Narrow, 2>, RunTogether<Narrow, 4>,
       RunTogether<Narrow, 8>, RunTogether<Narrow, 16>},
      {RunTogether<Numbers, 1>, RunTogether<Numbers, 2>, RunTogether<Numbers, 4>,
       RunTogether<Numbers, 8>, RunTogether<Numbers, 16>},
      {RunTogether<Sets, 1>, RunTogether<Sets, 2>, RunTogether<Sets, 4>, RunTogether<Sets, 8>,
       RunTogether<Sets, 16>}};
  return kRuns[static_cast<std::size_t>(form)][lanes_log2];
}

Forest::Run ForestWalk::Alone(Form form) noexcept {
  static constexpr Forest::Run kRuns[] = {RunAlone<Narrow>, RunAlone<Numbers>, RunAlone<Sets>,
                                          RunAlone<LongSets>};
  return kRuns[static_cast<std::size_t>(form)];
}

}  // namespace pillion
