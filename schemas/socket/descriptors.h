// File descriptors passed over a Unix socket. Both ends of the handshake use this; what the
// descriptors mean is in message.h.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <vector>

#include "base/unique_fd.h"

namespace pillion {

inline constexpr std::size_t kPassedDescriptorsMax = 8;

// Sends all of `bytes` with the descriptors beside the first one. False with errno set where that
// does not work at once; nothing is retried, so the socket buffer must have room.
bool SendWithDescriptors(int socket, std::span<const std::byte> bytes, std::span<const int> fds);

// Like recv(2) with `flags`; received descriptors are appended, closed on exec.
ssize_t ReceiveWithDescriptors(int socket, std::span<std::byte> bytes, int flags,
                               std::vector<UniqueFd>* fds);

}  // namespace pillion
