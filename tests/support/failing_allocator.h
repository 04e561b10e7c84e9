// Makes operator new fail in threads that are not exempt. Linking failing_allocator.cc replaces the
// operators for the whole program.
#pragma once

#include <cstdint>

namespace pillion::testing {

// Of this thread none fail, and none are counted.
void ExemptThisThread() noexcept;
// Counts from here on. The `nth` (1 is the first) fails, once, as if the program's new-handler had
// nothing to give.
void FailAllocation(std::uint64_t nth) noexcept;
// All fail from here on; the new-handler is asked.
void FailAllAllocations() noexcept;
// No more do. How many were counted.
std::uint64_t StopFailing() noexcept;

}  // namespace pillion::testing
