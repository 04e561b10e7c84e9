#include "base/memory_reserve.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace pillion {
namespace {

std::atomic<void*> reserve{nullptr};

// What a new-handler must do: make room, or throw.
void MakeRoom() {
  void* const memory = reserve.exchange(nullptr);
  if (memory == nullptr) throw std::bad_alloc();
  std::free(memory);
}

}  // namespace

bool MemoryReserve::Hold(std::size_t bytes) noexcept {
  std::set_new_handler(MakeRoom);
  if (held()) return true;
  // Not by operator new, which would ask the handler.
  void* memory = std::malloc(bytes);
  if (memory == nullptr) return false;
  void* none = nullptr;
  if (!reserve.compare_exchange_strong(none, memory)) std::free(memory);
  return true;
}

bool MemoryReserve::held() noexcept { return reserve.load() != nullptr; }

void MemoryReserve::Release() noexcept { std::free(reserve.exchange(nullptr)); }

}  // namespace pillion
