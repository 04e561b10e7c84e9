// A second socket, for the server's own user and root alone, that answers questions, theirs too,
// and nothing else. Neither clients nor their scoring take its places, so probes and operators get
// through whatever happens beside it. Runs on the control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "schemas/socket/message.h"
#include "schemas/types/score_code.h"
#include "sidecar/transport/door.h"
#include "sidecar/transport/handshake.h"
#include "sidecar/transport/options.h"

namespace pillion {

// The answer to an ASK: a TOLD or an ERROR.
struct Told {
  MessageType type = MessageType::kTold;
  ScoreCode code = ScoreCode::kOk;
  std::string text;
};

class ControlDoor {
 public:
  // Replies once, at once or later on this thread. `ask` is valid during the call.
  using Reply = std::function<void(Told)>;
  using Answer = std::function<void(std::span<const std::byte> ask, Reply reply)>;

  ControlDoor(boost::asio::io_context& io, const TransportOptions& options, MemoryBudget& memory,
              Answer answer);

  // As Door's.
  tl::expected<void, std::string> Open(const std::string& path) { return door_.Open(path, 0600); }
  bool InPlace() const { return door_.InPlace(); }
  // Those who are in may go on asking.
  void Close() { door_.Close(); }
  void Resume() { door_.Resume(); }

 private:
  class Session;

  void Greet(Door::Protocol::socket socket);
  void Admit(Welcomed welcomed);

  boost::asio::io_context& io_;
  const TransportOptions options_;
  MemoryBudget& memory_;
  const Answer answer_;
  Door door_;
  std::list<std::shared_ptr<Handshake>> handshakes_;  // oldest first, as are the sessions
  std::list<std::shared_ptr<Session>> sessions_;
};

}  // namespace pillion
