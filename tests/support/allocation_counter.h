// Counts what the program takes from the heap through operator new. Linking
// allocation_counter.cc replaces the operators for the whole program.
#pragma once

#include <cstdint>

namespace pillion {

// Calls of operator new by this thread since it started.
std::uint64_t AllocationCount() noexcept;

}  // namespace pillion
