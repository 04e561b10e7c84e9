#include "tests/support/failing_allocator.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/support/failure_point.h"

namespace {

thread_local bool exempt = false;
pillion::testing::FailurePoint point;
std::atomic<bool> all_fail{false};

void* Allocate(std::size_t bytes) {
  if (!exempt && point.Fails()) throw std::bad_alloc();
  for (;;) {
    void* const memory = !exempt && all_fail.load() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
    if (memory != nullptr) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void* AllocateOrNull(std::size_t bytes) noexcept {
  try {
    return Allocate(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

namespace pillion::testing {

void ExemptThisThread() noexcept { exempt = true; }

void FailAllocation(std::uint64_t nth) noexcept { point.Arm(nth); }

void FailAllAllocations() noexcept { all_fail.store(true); }

std::uint64_t StopFailing() noexcept {
  all_fail.store(false);
  return point.Disarm();
}

}  // namespace pillion::testing

// NOLINTBEGIN: a program's own operators
void* operator new(std::size_t bytes) { return Allocate(bytes); }
void* operator new[](std::size_t bytes) { return Allocate(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return AllocateOrNull(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return AllocateOrNull(bytes);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
// NOLINTEND
