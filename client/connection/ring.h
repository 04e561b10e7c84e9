// The shared memory of some lanes, as a server gave it: checked and mapped. Knows no sockets.
#pragma once

#include <cstddef>
#include <memory>
#include <tl/expected.hpp>

#include "base/unique_fd.h"
#include "client/connection/options.h"
#include "schemas/ring/shm_ring.h"

namespace pillion {

class Ring {
 public:
  // kMalformed: the memory is not what the server said of it.
  static tl::expected<std::shared_ptr<Ring>, Failure> Map(std::uint16_t id,
                                                          const Geometry& geometry,
                                                          std::uint64_t first_sequence,
                                                          const UniqueFd& requests,
                                                          const UniqueFd& answers);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  std::uint16_t id() const { return id_; }
  const Geometry& geometry() const { return geometry_; }
  ClientLane Lane(std::uint32_t lane) const;
  bool draining() const noexcept {
    const auto* header = reinterpret_cast<const AnswersHeader*>(answers_);
    return header->state.load(std::memory_order_relaxed) != 0;
  }
  // Wakes whoever sleeps on an answer.
  void Interrupt() const;
  // In a child of fork(): the mappings are not inherited, and something else may lie there.
  void ForgetMemory() { requests_ = answers_ = nullptr; }

 private:
  Ring() = default;

  std::uint16_t id_ = 0;
  Geometry geometry_;
  std::uint64_t first_sequence_ = 0;
  std::byte* requests_ = nullptr;
  std::byte* answers_ = nullptr;  // read-only
};

}  // namespace pillion
