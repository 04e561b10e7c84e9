// The first exchange with a client: HELLO in, WELCOME with descriptors out, within a time. Runs on
// the control thread; a client that is not let in costs nothing but its socket.
#pragma once

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "schemas/socket/message.h"
#include "sidecar/transport/client_memory.h"
#include "sidecar/transport/options.h"

namespace pillion {

class Handshake : public std::enable_shared_from_this<Handshake> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  // An error is one sentence: why the client was not let in.
  using Done = std::function<void(tl::expected<Welcomed, std::string>)>;

  // All outlive the handshake.
  Handshake(Socket socket, const TransportOptions& options, MemoryBudget& budget);

  // Calls `done` once, unless the event loop ends before.
  void Start(Done done);
  // Ends it with a refusal, at any time.
  void Refuse(ScoreCode code, std::string_view why);

 private:
  void Try(void (Handshake::*step)());
  void Begin();
  void ReadBody();
  void Answer();
  bool MaySpeak(const HelloBody& hello, std::string* why) const;
  void Finish(tl::expected<Welcomed, std::string> welcomed);

  Socket socket_;
  const TransportOptions& options_;
  MemoryBudget& budget_;
  boost::asio::steady_timer timer_;
  FrameHeader header_;
  std::array<std::byte, 256> body_{};
  Done done_;
};

}  // namespace pillion
