// How many descriptors a server needs at most, and whether the process may have them: running out
// would keep clients out at a time that nobody can foresee.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "sidecar/transport/options.h"

namespace pillion {

std::uint64_t OpenFilesNeeded(const TransportOptions& options);

// Raises the process's soft limit where it is lower. An error is one sentence: the hard limit is
// lower too.
tl::expected<void, std::string> ReserveOpenFiles(const TransportOptions& options);
// For what is beside the transports: as many of `wanted` as the hard limit leaves; how many.
std::uint64_t ReserveMoreFiles(const TransportOptions& options, std::uint64_t wanted);

}  // namespace pillion
