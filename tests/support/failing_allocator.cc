#include "tests/support/failing_allocator.h"

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

thread_local bool exempt = false;
std::atomic<std::uint64_t> count{0};
std::atomic<std::uint64_t> failing{kNone};
std::atomic<bool> all_fail{false};

void* Allocate(std::size_t bytes) {
  if (!exempt && count.fetch_add(1) + 1 == failing.load()) throw std::bad_alloc();
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

void FailAllocation(std::uint64_t nth) noexcept {
  count.store(0);
  failing.store(nth);
}

void FailAllAllocations() noexcept { all_fail.store(true); }

std::uint64_t StopFailing() noexcept {
  failing.store(kNone);
  all_fail.store(false);
  return count.load();
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
