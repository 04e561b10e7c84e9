// Large memory that can be done without. From malloc, since operator new would first give away what
// the program holds in reserve for the rest.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace pillion {

struct FreeBytes {
  void operator()(std::byte* memory) const noexcept { std::free(memory); }
};
using HeapBytes = std::unique_ptr<std::byte[], FreeBytes>;

// Uninitialised, aligned for any type; null: there is no memory.
inline HeapBytes AllocateBytes(std::size_t bytes) noexcept {
  return HeapBytes(static_cast<std::byte*>(std::malloc(bytes)));
}

}  // namespace pillion
