// Makes system calls fail in threads that are not exempt, as a kernel out of descriptors, mappings
// or memory does. For programs whose linker wraps the calls in failing_system.cc (--wrap).
#pragma once

#include <cstdint>

namespace pillion::testing {

// Of this thread none fail, and none are counted.
void ExemptThisThreadsCalls() noexcept;
// Counts the wrapped calls from here on. The `nth` (1 is the first) fails, once.
void FailSystemCall(std::uint64_t nth) noexcept;
// No more do. How many were counted.
std::uint64_t StopFailingCalls() noexcept;
// Which one failed last; null: none yet.
const char* LastFailedCall() noexcept;

}  // namespace pillion::testing
