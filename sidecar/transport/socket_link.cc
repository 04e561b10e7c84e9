#include "sidecar/transport/socket_link.h"

#include <sys/socket.h>

#include <cerrno>

namespace pillion {
namespace {

bool TryAgain() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

bool SocketLink::Receive() {
  const std::span<std::byte> space = input_.Space();
  // recv() takes no descriptors: what a client passes is closed by the kernel.
  const ssize_t received = recv(socket_.get(), space.data(), space.size(), MSG_DONTWAIT);
  more_to_receive_ = received == static_cast<ssize_t>(space.size());
  if (received > 0) {
    input_.Filled(static_cast<std::size_t>(received));
    return true;
  }
  return received < 0 && TryAgain();
}

bool SocketLink::Send(std::span<const std::byte> bytes) {
  if (queue_.empty()) {
    const ssize_t sent =
        send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && !TryAgain()) return false;
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  queue_.insert(queue_.end(), bytes.begin(), bytes.end());
  return true;
}

bool SocketLink::Flush() {
  std::vector<std::byte> queued;
  queued.swap(queue_);
  return Send(queued);
}

}  // namespace pillion
