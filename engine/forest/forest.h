// Decision trees walked several at a time: compact nodes in one block, no branch that depends on
// the data. Knows splits and the numbers of leaves; what a leaf holds, and the order in which the
// trees' answers are summed, is the caller's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "engine/arena.h"
#include "engine/linear/vector.h"
#include "schemas/types/score_code.h"

namespace pillion {

// Immutable; any number of threads may walk one forest.
class Forest {
 public:
  std::uint32_t tree_count() const noexcept { return static_cast<std::uint32_t>(roots_.size()); }
  std::uint64_t node_bytes() const noexcept {
    return pairs_.size() * sizeof(NodePair) + narrow_pairs_.size() * sizeof(NarrowPair);
  }

  // Finds the leaf that `x` reaches in each tree: (*leaves)[tree], its number, in `arena`.
  // Codes: kIndexOutOfBounds (a tree reads a feature that the vector does not have), kTooLarge.
  // REQUIRES: made by ForestBuilder::Build.
  ScoreCode FindLeaves(const VectorView& x, Arena& arena, std::uint32_t** leaves) const noexcept;
  // The same for a row of floats. REQUIRES: made by ForestBuilder::BuildForFloats, and as many
  // features as were told there. Codes: kTooLarge.
  ScoreCode FindLeaves(const float* x, Arena& arena, std::uint32_t** leaves) const noexcept;

 private:
  friend class ForestBuilder;
  friend class ForestWalk;

  // A row's features are gathered into slots first, in kinds by position: numbers; numbers where a
  // NaN is least of all, so that it goes left; sets, where slot bit k stands for category k and
  // bit 63 for everything else; and numbers that are looked up in long sets.
  // Slot 0 belongs to the leaves. A leaf steps onto itself for ever: its test is a NaN, which no
  // number is below, so it goes right, and its `left` is one less than its own position. The
  // NaN's low bits are the leaf's number.
  struct Node {
    std::uint64_t test = 0;  // bits of a threshold, a mask of categories, or an index into sets_
    std::uint32_t slot = 0;  // into slots_
    std::uint32_t left = 0;  // position of the left child; the right one follows
  };
  struct alignas(32) NodePair {  // never across two cache lines
    Node nodes[2];
  };
  // The same for a few features that are floats. Feature i has the slots i and, where a NaN is
  // least, feature_count_ + i.
  struct NarrowNode {
    std::uint32_t test = 0;  // bits of a float
    std::uint32_t link = 0;  // slot in the low slot_bits_ bits, left above
  };
  struct alignas(16) NarrowPair {
    NarrowNode nodes[2];
  };
  struct LongSet {
    std::size_t begin = 0;  // into categories_, sorted
    std::size_t end = 0;
    bool is_left = false;
  };
  // Finds the leaves of as many trees as it has lanes, from order_[first] on.
  using Run = void (*)(const Forest&, std::uint32_t first, std::uint32_t steps, const void* slots,
                       std::uint32_t* leaves) noexcept;
  struct Walk {
    std::uint32_t first = 0;
    std::uint32_t steps = 0;  // depth of the deepest tree
    Run run = nullptr;
  };

  // The lowest bits of a NaN that number a leaf where nodes are narrow.
  static constexpr std::uint32_t kNarrowLeafMask = (1U << 22) - 1;
  static constexpr double kOtherCategory = 63;

  // The one bit that stands for category `x` in a set's mask.
  static std::uint64_t CategoryBit(double x) noexcept;
  std::uint64_t Encode(std::uint32_t slot, double x) const noexcept;
  template <typename Read>
  void Gather(Read read, std::uint64_t* slots) const noexcept;
  void GatherSparse(const VectorView& x, std::uint64_t* slots) const noexcept;
  void GatherNarrow(const float* x, float* slots) const noexcept;
  bool GoesLeft(const Node& node, std::uint64_t x) const noexcept;
  ScoreCode FindLeaf(std::uint32_t root, const VectorView& x, std::uint32_t* leaf) const noexcept;

  std::vector<NodePair> pairs_;
  std::vector<NarrowPair> narrow_pairs_;
  std::vector<std::uint32_t> roots_;  // [tree]
  std::vector<std::uint32_t> slots_;  // the feature of each slot, ascending within a kind
  std::uint32_t nan_left_begin_ = 1;  // slots of numbers where a NaN goes left
  std::uint32_t sets_begin_ = 1;      // slots of short sets
  std::uint32_t long_sets_begin_ = 1;
  std::uint32_t size_min_ = 0;  // a shorter vector lacks a feature that some split reads
  std::uint32_t slot_bits_ = 0;
  std::uint32_t feature_count_ = 0;
  std::vector<LongSet> sets_;
  std::vector<double> categories_;
  std::vector<std::uint32_t> order_;  // trees, those of one walk side by side
  std::vector<Walk> walks_;
};

// Makes a forest of trees one by one, so that only one tree's file need be in memory.
class ForestBuilder {
 public:
  // A node of a tree as the builder takes it.
  struct Node {
    enum class Kind : std::uint8_t { kLeaf, kNumber, kSet };
    Kind kind = Kind::kLeaf;
    bool nan_left = false;   // number: where a NaN goes
    bool is_left = false;    // set: the listed categories go left, all else right; or the other way
    std::uint32_t leaf = 0;  // leaf: its number, for the caller to choose
    std::uint32_t feature = 0;  // inner
    std::uint32_t left = 0;     // inner: indexes of the children
    std::uint32_t right = 0;
    double threshold = 0;  // number: left if value <= threshold. With nan_left not a NaN itself
    std::span<const double> categories = {};  // set
  };

  ForestBuilder();

  // `node_at` gives the nodes of a tree by their indexes. Node 0 is the root.
  void Add(const std::function<Node(std::uint32_t index)>& node_at);

  Forest Build() &&;
  // For rows of floats: all thresholds are floats, and there are no sets.
  Forest BuildForFloats(std::uint32_t feature_count) &&;

 private:
  enum class Kind : std::uint8_t { kNumber, kNanLeft, kSet, kLongSet };
  struct Tree {
    std::uint32_t depth = 0;
    Kind kind = Kind::kNumber;  // the highest of its splits
  };

  std::uint32_t AddPair();
  Forest::Node& At(std::uint32_t position) {
    return forest_.pairs_[position / 2].nodes[position % 2];
  }
  Kind AddSplit(const Node& split, Forest::Node& node);
  Kind AddCategories(std::span<const double> listed, bool is_left, Forest::Node& node);
  void NumberSlots();
  bool Narrow(std::uint32_t feature_count);
  void PlanWalks();

  Forest forest_;
  std::vector<Tree> trees_;
  // Slots in order of first use, until NumberSlots sorts them.
  std::map<std::pair<Kind, std::uint32_t>, std::uint32_t> slot_of_feature_;
  std::uint32_t leaf_number_max_ = 0;
};

}  // namespace pillion
