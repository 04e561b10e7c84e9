// How long requests keep a worker: from when it turns to one until its answer is written. The time
// between two readings of the clock, which a turn makes anyway, is shared evenly among the requests
// that lie between them: some eight short ones, or one long one.
#pragma once

#include <cstdint>

#include "schemas/ring/waiting.h"
#include "sidecar/transport/stats.h"

namespace pillion {

class RequestTimer {
 public:
  // `stands_for`: how many turns like this one the first reading counts for; 0: `now_ns` is too old
  // to tell.
  void BeginTurn(std::uint64_t now_ns, std::uint32_t stands_for) noexcept {
    since_ns_ = now_ns;
    stands_for_ = stands_for;
    count_ = 0;
  }
  // A request of this model begins; the clock was last read at `now_ns`.
  void Begin(DurationCounters* model, std::uint64_t now_ns) noexcept {
    if (model != model_ && count_ != 0) now_ns = MonotonicNs();
    if (now_ns != since_ns_) Read(now_ns);
    model_ = model;
    ++count_;
  }
  // What began last goes on in another turn.
  void Drop() noexcept { count_ = 0; }
  // The clock was read.
  void Read(std::uint64_t now_ns) noexcept {
    if (count_ != 0) model_->Add((now_ns - since_ns_) / count_, count_ * stands_for_);
    since_ns_ = now_ns;
    stands_for_ = 1;
    count_ = 0;
  }

 private:
  DurationCounters* model_ = nullptr;
  std::uint64_t since_ns_ = 0;
  std::uint32_t stands_for_ = 1;
  std::uint32_t count_ = 0;  // requests since then
};

}  // namespace pillion
