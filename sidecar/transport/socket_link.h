// A client's socket, without blocking: frames in, bytes out, with a bounded queue for a client
// that reads slowly. Knows no messages.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/unique_fd.h"
#include "schemas/socket/message.h"

namespace pillion {

class SocketLink {
 public:
  SocketLink(UniqueFd socket, std::size_t body_bytes_max)
      : socket_(std::move(socket)), input_(body_bytes_max) {}

  int fd() const { return socket_.get(); }

  // Receives once what is there. False: the peer is gone.
  bool Receive();
  FrameBuffer::Status Next(MessageFrame* frame) { return input_.Next(frame); }

  // Sends, or queues what the socket does not take. False: the peer is gone.
  bool Send(std::span<const std::byte> bytes);
  bool Flush();
  // While something is queued, no further frame should be read: that bounds the queue.
  bool congested() const { return !queue_.empty(); }
  // The last call of Receive() filled all the space it had, so there may be more.
  bool more_to_receive() const { return more_to_receive_; }

 private:
  UniqueFd socket_;
  FrameBuffer input_;
  std::vector<std::byte> queue_;
  bool more_to_receive_ = false;
};

}  // namespace pillion
