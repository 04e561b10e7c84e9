// The layouts that one client has bound. Ids are never used twice on a connection, so a request
// under way can not meet another layout than the one it was made for.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sidecar/serving/scorer.h"

namespace pillion {

class LayoutTable {
 public:
  explicit LayoutTable(std::uint32_t live_max) : live_max_(live_max) { layouts_.resize(1); }

  // The new layout's id; 0 if the table is full or all ids are spent.
  std::uint16_t Add(std::unique_ptr<BoundLayout> layout) {
    if (live_ == live_max_ || layouts_.size() > UINT16_MAX) return 0;
    layouts_.push_back(std::move(layout));
    ++live_;
    return static_cast<std::uint16_t>(layouts_.size() - 1);
  }

  void Remove(std::uint16_t id) {
    if (Find(id) == nullptr) return;
    layouts_[id].reset();
    --live_;
  }

  BoundLayout* Find(std::uint16_t id) const noexcept {
    return id < layouts_.size() ? layouts_[id].get() : nullptr;
  }

 private:
  std::uint32_t live_max_;
  std::uint32_t live_ = 0;
  std::vector<std::unique_ptr<BoundLayout>> layouts_;  // [id]; 0 is never given
};

}  // namespace pillion
