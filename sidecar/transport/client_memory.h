// What one client shares with the server: rings, each of two sealed memfds, mapped; and the events
// beside them. The server makes everything, so sizes and seals are facts and not claims.
#pragma once

#include <array>
#include <boost/interprocess/mapped_region.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/unique_fd.h"
#include "schemas/ring/shm_ring.h"
#include "schemas/socket/message.h"
#include "sidecar/transport/memory_budget.h"

namespace pillion {

// How large a ring a client gets that asks for `wanted`; 0 is the server's choice. Within `most`
// and, at the cost of lanes, within kRingBytesMax.
Geometry Grant(const Geometry& wanted, const Geometry& most);

// One ring.
class ClientMemory {
 public:
  // An error is one sentence. REQUIRES: geometry.Valid().
  // Its bytes are taken from `budget`, which outlives it. An error is one sentence.
  static tl::expected<ClientMemory, std::string> Create(const Geometry& geometry,
                                                        MemoryBudget& budget);

  // What the client gets: kRequestsMemory, kAnswersMemory. May be closed once they are sent.
  std::array<int, 2> client_ends() const { return {requests_.get(), answers_.get()}; }
  void CloseClientEnds();

  const Geometry& geometry() const { return geometry_; }
  std::uint64_t first_sequence() const { return first_sequence_; }
  ServerLane Lane(std::uint32_t lane) const;
  void SetState(ServerState state) const;

 private:
  ClientMemory() = default;

  MemoryBudget::Share share_;
  Geometry geometry_;
  std::uint64_t first_sequence_ = 0;
  UniqueFd requests_;
  UniqueFd answers_;
  boost::interprocess::mapped_region requests_region_;  // read-only
  boost::interprocess::mapped_region answers_region_;
};

// The events, of all rings together.
class ClientEvents {
 public:
  static tl::expected<ClientEvents, std::string> Create();

  // What the client gets: kKickEvent, kBell. The bell may be closed once it is sent.
  std::array<int, 2> client_ends() const { return {kick_event_.get(), client_bell_.get()}; }
  void CloseClientEnds() { client_bell_.Reset(); }

  int kick_event() const { return kick_event_.get(); }
  // Makes the client's bell readable. Never blocks; a full bell rings already.
  void RingBell() const;

 private:
  UniqueFd kick_event_;
  UniqueFd client_bell_;
  UniqueFd bell_;
};

// A client that has been welcomed: with memory and events, or with neither.
struct Welcomed {
  UniqueFd socket;
  std::optional<ClientMemory> memory;
  std::optional<ClientEvents> events;
};

}  // namespace pillion
