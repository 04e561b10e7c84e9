// Decision trees walked several at a time: compact nodes in one block, no branch that depends on
// the data. Knows splits and the numbers of leaves; what a leaf holds, and the order in which the
// trees' answers are summed, is the caller's.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/arena.h"
#include "engine/bundle/tree_file.h"
#include "engine/kernels/vector.h"
#include "schemas/score_code.h"

namespace pillion {

// Immutable; any number of threads may walk one forest.
class Forest {
 public:
  std::uint32_t tree_count() const noexcept { return static_cast<std::uint32_t>(roots_.size()); }
  std::uint64_t node_bytes() const noexcept { return pairs_.size() * sizeof(NodePair); }

  // Finds the leaf that `x` reaches in each tree: (*leaves)[tree], numbered as ForestBuilder says,
  // in `arena`. Codes: kIndexOutOfBounds (a tree reads a feature that the vector does not have),
  // kTooLarge.
  ScoreCode FindLeaves(const VectorView& x, Arena& arena,
                       const std::uint32_t** leaves) const noexcept;

 private:
  friend class ForestBuilder;
  template <std::size_t lanes, bool with_sets>
  static void WalkTogether(const Forest& forest, std::uint32_t first, std::uint32_t steps,
                           const std::uint64_t* slots, std::uint32_t* leaves) noexcept;

  // A row's features are gathered into slots first, in three kinds by position: numbers; sets,
  // where slot bit k stands for category k and bit 63 for everything else; and numbers that are
  // looked up in long sets.
  // Slot 0 belongs to the leaves. A leaf steps onto itself for ever: its test is a NaN, which no
  // number is below, so it goes right, and its `left` is one less than its own position. The
  // NaN's low half is the leaf's number.
  struct Node {
    std::uint64_t test = 0;  // bits of a threshold, a mask of categories, or an index into sets_
    std::uint32_t slot = 0;  // into slots_
    std::uint32_t left = 0;  // position of the left child; the right one follows
  };
  struct alignas(32) NodePair {  // never across two cache lines
    Node nodes[2];
  };
  struct LongSet {
    std::size_t begin = 0;  // into categories_, sorted
    std::size_t end = 0;
    bool is_left = false;
  };
  struct Walk {
    std::uint32_t first = 0;  // into order_: as many trees as `run` has lanes
    std::uint32_t steps = 0;  // depth of the deepest
    void (*run)(const Forest&, std::uint32_t first, std::uint32_t steps, const std::uint64_t* slots,
                std::uint32_t* leaves) noexcept = nullptr;
  };

  const Node* nodes() const noexcept { return pairs_.front().nodes; }
  std::uint64_t Encode(std::uint32_t slot, double x) const noexcept;
  void Gather(const VectorView& x, std::uint64_t* slots) const noexcept;
  bool GoesLeft(const Node& node, std::uint64_t x) const noexcept;
  ScoreCode FindLeaf(std::uint32_t root, const VectorView& x, std::uint32_t* leaf) const noexcept;

  std::vector<NodePair> pairs_;
  std::vector<std::uint32_t> roots_;  // [tree]
  std::vector<std::uint32_t> slots_;  // the feature of each slot, ascending within a kind
  std::uint32_t sets_begin_ = 1;      // slots of short sets
  std::uint32_t long_sets_begin_ = 1;
  std::uint32_t size_min_ = 0;  // a shorter vector lacks a feature that some split reads
  std::vector<LongSet> sets_;
  std::vector<double> categories_;
  std::vector<std::uint32_t> order_;  // trees, those of one walk side by side
  std::vector<Walk> walks_;
  std::uint32_t walked_alone_begin_ = 0;  // into order_: trees with long sets or of great depth
};

// Makes a forest of trees one by one, so that only one tree's file need be in memory.
class ForestBuilder {
 public:
  ForestBuilder();

  // The tree's leaves are numbered in the order of its nodes, from leaf_count() on.
  void Add(const DecisionTreeFile& tree);
  std::uint32_t leaf_count() const { return leaf_count_; }

  Forest Build() &&;

 private:
  enum class Kind : std::uint8_t { kNumber, kSet, kLongSet };
  struct Tree {
    std::uint32_t depth = 0;
    Kind kind = Kind::kNumber;  // the highest of its splits
  };

  std::uint32_t AddPair();
  Forest::Node& At(std::uint32_t position) {
    return forest_.pairs_[position / 2].nodes[position % 2];
  }
  Kind AddSplit(const DecisionTreeFile& tree, const DecisionTreeFile::Node& split,
                Forest::Node& node);
  Kind AddCategories(const double* begin, const double* end, bool is_left, Forest::Node& node);
  void NumberSlots();
  void PlanWalks();

  Forest forest_;
  std::vector<Tree> trees_;
  // Slots in order of first use, until NumberSlots sorts them.
  std::map<std::pair<Kind, std::uint32_t>, std::uint32_t> slot_of_feature_;
  std::uint32_t leaf_count_ = 0;
};

}  // namespace pillion
