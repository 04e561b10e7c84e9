// File descriptors: owned by one object, and passed over a Unix socket. Both ends of the
// handshake use this; what the descriptors mean is in message.h.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace pillion {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

inline constexpr std::size_t kPassedDescriptorsMax = 8;

// Sends all of `bytes` with the descriptors beside the first one. False with errno set where that
// does not work at once; nothing is retried, so the socket buffer must have room.
bool SendWithDescriptors(int socket, std::span<const std::byte> bytes, std::span<const int> fds);

// Like recv(2) with `flags`; received descriptors are appended, closed on exec.
ssize_t ReceiveWithDescriptors(int socket, std::span<std::byte> bytes, int flags,
                               std::vector<UniqueFd>* fds);

}  // namespace pillion
