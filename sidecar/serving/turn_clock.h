// How long a client may keep a worker: asked between requests and between the rows of a batch.
// Reading the time costs about as much as a small row, so it is read every few pieces of work;
// after each one for a while where they have been long, so that a turn outlasts its time by one
// piece.
#pragma once

#include <cstdint>

#include "schemas/ring/waiting.h"

namespace pillion {

class TurnClock {
 public:
  // For callers that nobody waits behind: no turn ends.
  static TurnClock Endless() noexcept {
    TurnClock clock;
    clock.pieces_ = ~std::uint64_t{0};
    return clock;
  }

  void Begin(std::uint64_t now_ns, std::uint64_t turn_ns) noexcept {
    read_ns_ = now_ns;
    end_ns_ = now_ns + turn_ns;
    pieces_ = PiecesARead();
  }
  // A request or a row is done. True: the turn's time is over.
  bool Passes() noexcept { return --pieces_ == 0 && Read(); }
  // The time at the end of a turn.
  std::uint64_t End() noexcept {
    Read();
    return read_ns_;
  }

  std::uint64_t now_ns() const noexcept { return read_ns_; }  // some pieces old at most

 private:
  static constexpr std::uint64_t kLongNs = 10'000;  // of all pieces between two readings
  static constexpr std::uint32_t kPiecesARead = 8;
  static constexpr std::uint32_t kCarefulPieces = 1024;

  std::uint64_t PiecesARead() const noexcept { return careful_ > 0 ? 1 : kPiecesARead; }
  bool Read() noexcept {
    const std::uint64_t now = MonotonicNs();
    if (now - read_ns_ > kLongNs) {
      careful_ = kCarefulPieces;
    } else if (careful_ > 0) {
      --careful_;
    }
    read_ns_ = now;
    pieces_ = PiecesARead();
    return read_ns_ >= end_ns_;
  }

  std::uint64_t read_ns_ = 0;
  std::uint64_t end_ns_ = 0;
  std::uint64_t pieces_ = 1;  // until the time is read
  std::uint32_t careful_ = kCarefulPieces;
};

}  // namespace pillion
