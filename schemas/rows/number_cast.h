// A number as the type that a column holds: integers take whole numbers in range, double takes
// integers that it holds exactly, float takes the nearest. Nothing where it cannot hold it.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace pillion {

template <typename To>
std::optional<To> CastNumber(double value) {
  if constexpr (std::is_same_v<To, double>) {
    return value;
  } else if constexpr (std::is_same_v<To, float>) {
    const auto number = static_cast<float>(value);
    if (std::isinf(number) && std::isfinite(value)) return std::nullopt;
    return number;
  } else {
    // Both bounds are exact in double; the upper one, 2^bits, lies just outside.
    constexpr double kLow = static_cast<double>(std::numeric_limits<To>::min());
    if (!(value >= kLow && value < -kLow) || value != std::trunc(value)) return std::nullopt;
    return static_cast<To>(value);
  }
}

template <typename To>
std::optional<To> CastNumber(std::int64_t value) {
  if constexpr (std::is_same_v<To, double>) {
    const auto number = static_cast<double>(value);
    const auto back = CastNumber<std::int64_t>(number);
    if (!back || *back != value) return std::nullopt;
    return number;
  } else if constexpr (std::is_same_v<To, float>) {
    return static_cast<float>(value);
  } else {
    if (!std::in_range<To>(value)) return std::nullopt;
    return static_cast<To>(value);
  }
}

}  // namespace pillion
