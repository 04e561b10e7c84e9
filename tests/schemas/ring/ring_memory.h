// One mapping with both ends of some lanes in it, for tests: the thread sanitizer sees only
// accesses through one address.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "schemas/ring/shm_ring.h"

namespace pillion {

class RingMemory {
 public:
  explicit RingMemory(const Geometry& geometry) : geometry_(geometry) {
    requests_ = Allocate(geometry.requests_bytes());
    answers_ = Allocate(geometry.answers_bytes());
  }

  ClientLane Client(std::uint32_t lane, std::uint64_t first) {
    return {requests_.get() + geometry_.request_lane_offset(lane),
            answers_.get() + geometry_.answer_lane_offset(lane), geometry_, first};
  }
  ServerLane Server(std::uint32_t lane, std::uint64_t first) {
    return {requests_.get() + geometry_.request_lane_offset(lane),
            answers_.get() + geometry_.answer_lane_offset(lane), geometry_, first};
  }
  std::span<std::byte> requests() { return {requests_.get(), geometry_.requests_bytes()}; }
  std::span<std::byte> answers() { return {answers_.get(), geometry_.answers_bytes()}; }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  using Bytes = std::unique_ptr<std::byte, Free>;
  static Bytes Allocate(std::size_t bytes) {
    auto* p = static_cast<std::byte*>(std::aligned_alloc(kSlotAlignment, bytes));
    if (p == nullptr) throw std::bad_alloc();
    std::memset(p, 0, bytes);
    return Bytes(p);
  }

  Geometry geometry_;
  Bytes requests_;
  Bytes answers_;
};

}  // namespace pillion
