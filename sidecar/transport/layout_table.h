// The layouts that one client has bound. An id that was given back is used again only after all
// others have been, so a request under way does not meet another layout than the one it was made
// for.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "sidecar/serving/scorer.h"
#include "sidecar/transport/stats.h"

namespace pillion {

class LayoutTable {
 public:
  struct Entry {
    std::unique_ptr<BoundLayout> layout;
    CodeCounters* answers = nullptr;  // of the layout's model, for the worker of this client
  };

  explicit LayoutTable(std::uint32_t live_max) : live_max_(live_max) { layouts_.resize(1); }

  // The new layout's id; 0 if the table is full.
  std::uint16_t Add(Entry entry) {
    if (live_ == live_max_) return 0;
    std::size_t id = layouts_.size();
    if (id <= UINT16_MAX) {
      layouts_.emplace_back();
    } else if (!free_.empty()) {
      id = free_.front();
      free_.pop_front();
    } else {
      return 0;
    }
    layouts_[id] = std::move(entry);
    ++live_;
    return static_cast<std::uint16_t>(id);
  }

  // The layout that was there, or nullptr.
  std::unique_ptr<BoundLayout> Remove(std::uint16_t id) {
    if (Find(id) == nullptr) return nullptr;
    free_.push_back(id);
    --live_;
    return std::exchange(layouts_[id], {}).layout;
  }

  const Entry* Find(std::uint16_t id) const noexcept {
    return id < layouts_.size() && layouts_[id].layout != nullptr ? &layouts_[id] : nullptr;
  }

 private:
  std::uint32_t live_max_;
  std::uint32_t live_ = 0;
  std::vector<Entry> layouts_;      // [id]; 0 is never given
  std::deque<std::uint16_t> free_;  // the longest unused first
};

}  // namespace pillion
