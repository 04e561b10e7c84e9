// How deep JSON may nest where nobody says otherwise: readers and skippers descend by recursion.
#pragma once

#include <cstdint>

namespace pillion {

inline constexpr std::uint32_t kJsonDepthMax = 64;

}  // namespace pillion
