// A socket's file and those who come in through it, on an event loop. Makes the file again where
// it was removed. Knows no protocol.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "sidecar/transport/listener.h"

namespace pillion {

class Door {
 public:
  using Protocol = boost::asio::local::stream_protocol;
  using Visitor = std::function<void(Protocol::socket)>;

  // `visitor` is called on the loop for each who comes in. `io` outlives the door.
  Door(boost::asio::io_context& io, Visitor visitor)
      : acceptor_(io), pause_(io), visitor_(std::move(visitor)) {}

  // Listens from here on, as Listener::Open() says, and lets in while the loop runs. Once it was
  // open: listens anew, and who waited before the old file is turned away. An error is one
  // sentence.
  tl::expected<void, std::string> Open(const std::string& path, mode_t mode);
  bool InPlace() const { return listener_ && listener_->InPlace(); }
  void Close();
  // Lets in again where it does not although it is open, after an exception of the loop.
  void Resume() {
    if (acceptor_.is_open() && !accepting_) Accept();
  }

 private:
  void Accept();

  std::optional<Listener> listener_;
  Protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  Visitor visitor_;
  bool accepting_ = false;  // or pausing
};

}  // namespace pillion
