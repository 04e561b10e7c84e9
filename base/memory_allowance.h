// How much memory this process may use.
#pragma once

#include <cstdint>

namespace pillion {

// Bytes: of the machine, or the tightest limit of the control groups that the process is in.
std::uint64_t ReadMemoryAllowance();

}  // namespace pillion
