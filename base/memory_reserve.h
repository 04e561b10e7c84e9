// Memory put by for the moment when there is no more: what must go on then takes it from here. The
// first operator new of any thread that would fail gives all of it back to the heap and tries
// again; until it is held again, what can be refused should be.
#pragma once

#include <cstddef>

namespace pillion {

class MemoryReserve {
 public:
  // Holds `bytes` from here on, where it does not yet. The pages are not touched. False: there is
  // no memory. Replaces the program's new-handler.
  static bool Hold(std::size_t bytes) noexcept;
  static bool held() noexcept;
  static void Release() noexcept;
};

}  // namespace pillion
