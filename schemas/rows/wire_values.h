// What a column holds when it is no scalar: views that the writers take and the readers give.
// Own nothing. Elements have the C++ type of their base: bool, std::int8_t … double, and
// std::string_view for both text types.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "schemas/types/data_type.h"

namespace pillion {

template <typename T>
constexpr BasicType BasicTypeOf() {
  if constexpr (std::is_same_v<T, bool>)
    return BasicType::kBoolean;
  else if constexpr (std::is_same_v<T, std::int8_t>)
    return BasicType::kByte;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return BasicType::kShort;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return BasicType::kInt;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return BasicType::kLong;
  else if constexpr (std::is_same_v<T, float>)
    return BasicType::kFloat;
  else if constexpr (std::is_same_v<T, double>)
    return BasicType::kDouble;
  else {
    static_assert(std::is_same_v<T, std::string_view>);
    return BasicType::kString;
  }
}

struct ElementsView {
  BasicType base = BasicType::kDouble;
  const void* data = nullptr;  // [count]
  std::uint32_t count = 0;

  ElementsView() = default;
  ElementsView(BasicType element_base, const void* elements, std::uint32_t element_count) noexcept
      : base(element_base), data(elements), count(element_count) {}
  template <typename T, std::size_t extent>
  explicit ElementsView(std::span<T, extent> elements) noexcept
      : base(BasicTypeOf<std::remove_const_t<T>>()),
        data(elements.data()),
        // More than any row can hold stays more than any row can hold.
        count(static_cast<std::uint32_t>(std::min<std::size_t>(elements.size(), 0xffffffff))) {}

  // REQUIRES: T is the C++ type of `base`.
  template <typename T>
  std::span<const T> As() const noexcept {
    return {static_cast<const T*>(data), count};
  }
};

struct TensorView {
  ElementsView values;
  bool sparse = false;
  std::span<const std::int32_t> indices;     // sparse only: [values.count][rank]
  std::span<const std::int32_t> dimensions;  // [rank]
};

// Entry i is keys[i] -> values[i].
struct MapView {
  ElementsView keys;
  ElementsView values;  // as many as keys
};

}  // namespace pillion
