// The layouts that one client has bound. An id that was given back is used again only after all
// others have been, so a request under way does not meet another layout than the one it was made
// for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "sidecar/serving/scorer.h"
#include "sidecar/transport/layout_ledger.h"
#include "sidecar/transport/stats.h"

namespace pillion {

// A layout as a client holds it. It ends on the control thread.
struct HeldLayout {
  std::unique_ptr<BoundLayout> layout;
  ModelCounters* counters = nullptr;  // of the layout's model, for the worker of this client
  LayoutLedger::Ticket ticket;
};

// What takes the place of the layout with this ticket.
struct Replacement {
  std::uint64_t serial = 0;
  std::unique_ptr<BoundLayout> layout;
};

class LayoutTable {
 public:
  explicit LayoutTable(std::uint32_t live_max) : live_max_(live_max) { layouts_.resize(1); }

  // The new layout's id; 0 if the table is full, and then `held` is as it was.
  std::uint16_t Add(HeldLayout& held) {
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
    layouts_[id] = std::move(held);
    ++live_;
    return static_cast<std::uint16_t>(id);
  }

  // What was there; without layout if there was nothing.
  HeldLayout Remove(std::uint16_t id) {
    if (Find(id) == nullptr) return {};
    free_.push_back(id);
    --live_;
    return std::exchange(layouts_[id], {});
  }

  // Each is swapped with the one that has its ticket; with nothing where that was given back
  // meanwhile. `replacements` are in the order of their tickets.
  void Swap(std::span<Replacement> replacements) noexcept {
    for (HeldLayout& held : layouts_) {
      if (held.layout == nullptr) continue;
      const auto found =
          std::ranges::lower_bound(replacements, held.ticket.serial(), {}, &Replacement::serial);
      if (found == replacements.end() || found->serial != held.ticket.serial()) continue;
      std::swap(held.layout, found->layout);
    }
  }

  const HeldLayout* Find(std::uint16_t id) const noexcept {
    return id < layouts_.size() && layouts_[id].layout != nullptr ? &layouts_[id] : nullptr;
  }

 private:
  std::uint32_t live_max_;
  std::uint32_t live_ = 0;
  std::vector<HeldLayout> layouts_;  // [id]; 0 is never given
  std::deque<std::uint16_t> free_;   // the longest unused first
};

}  // namespace pillion
