// What time it is, for whatever must not depend on when a test runs.
#pragma once

#include <chrono>
#include <functional>

namespace pillion {

using WallClock = std::function<std::chrono::sys_seconds()>;

inline std::chrono::sys_seconds SystemTime() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace pillion
