// The memory that one client shares with the server: two sealed memfds, mapped, and the events
// beside them. The server makes everything, so sizes and seals are facts and not claims.
#pragma once

#include <array>
#include <boost/interprocess/mapped_region.hpp>
#include <string>
#include <tl/expected.hpp>

#include "schemas/descriptors.h"
#include "schemas/message.h"
#include "schemas/shm_ring.h"

namespace pillion {

class ClientMemory {
 public:
  // An error is one sentence. REQUIRES: geometry.Valid().
  static tl::expected<ClientMemory, std::string> Create(const Geometry& geometry);

  // What the client gets, in the order of WelcomeDescriptor. The client's copies may be closed
  // with CloseClientEnds() once they are sent.
  std::array<int, kWelcomeDescriptors> client_ends() const;
  void CloseClientEnds();

  const Geometry& geometry() const { return geometry_; }
  std::uint64_t first_sequence() const { return first_sequence_; }
  int kick_event() const { return kick_event_.get(); }
  // Makes the client's bell readable. Never blocks; a full bell rings already.
  void RingBell() const;
  ServerLane Lane(std::uint32_t lane) const;
  void SetState(ServerState state);

 private:
  ClientMemory() = default;

  Geometry geometry_;
  std::uint64_t first_sequence_ = 0;
  UniqueFd requests_;
  UniqueFd answers_;
  UniqueFd kick_event_;
  UniqueFd client_bell_;
  UniqueFd bell_;
  boost::interprocess::mapped_region requests_region_;  // read-only
  boost::interprocess::mapped_region answers_region_;
};

}  // namespace pillion
