// One value of a row: a scalar, or a view of a list, tensor or map that lies in the row's arena,
// in the model, or in the caller's buffer. Owns nothing and copies as bytes.
// The type is the column's; a value does not repeat it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "schemas/types/data_type.h"

namespace pillion {

// The C++ type of one element of a base type, scalar or stored: bool, int8_t … double,
// std::string_view for both text types.
template <BasicType>
struct ElementOf;
template <>
struct ElementOf<BasicType::kBoolean> {
  using Type = bool;
};
template <>
struct ElementOf<BasicType::kByte> {
  using Type = std::int8_t;
};
template <>
struct ElementOf<BasicType::kShort> {
  using Type = std::int16_t;
};
template <>
struct ElementOf<BasicType::kInt> {
  using Type = std::int32_t;
};
template <>
struct ElementOf<BasicType::kLong> {
  using Type = std::int64_t;
};
template <>
struct ElementOf<BasicType::kFloat> {
  using Type = float;
};
template <>
struct ElementOf<BasicType::kDouble> {
  using Type = double;
};
template <>
struct ElementOf<BasicType::kString> {
  using Type = std::string_view;
};
template <>
struct ElementOf<BasicType::kByteString> {
  using Type = std::string_view;
};
template <BasicType base>
using Element = typename ElementOf<base>::Type;

struct Value {
  // A null scalar reads as 0 and as "": MLeap's unboxed ops see just that.
  bool null = true;
  bool sparse = false;      // tensors
  std::uint8_t rank = 0;    // tensors
  std::int32_t size = 0;    // tensors of rank 1: their dimension
  std::uint32_t count = 0;  // elements of a list, stored values of a tensor, entries of a map
  union {
    std::uint64_t bits = 0;
    bool boolean;
    std::int8_t int8;
    std::int16_t int16;
    std::int32_t int32;
    std::int64_t int64;
    float float32;
    double float64;
    const void* elements;  // [count], of the base's C++ type
  };
  union {
    std::string_view text = {};   // string and byte string scalars; UTF-8 for strings
    const std::int32_t* indices;  // sparse tensors: [count][rank]
    const void* keys;             // maps: [count], of the key type's C++ type
  };
  const std::int32_t* dimensions = nullptr;  // tensors of another rank than 1: [rank]

  static Value Null() noexcept { return Value(); }

  static Value Text(std::string_view text) noexcept {
    Value value;
    value.null = false;
    value.text = text;
    return value;
  }

  template <typename T>
  static Value Scalar(T x) noexcept {
    Value value;
    value.null = false;
    value.As<T>() = x;
    return value;
  }

  template <typename T>
  static Value List(const T* elements, std::uint32_t count) noexcept {
    Value value;
    value.null = false;
    value.elements = elements;
    value.count = count;
    return value;
  }

  // Rank 1.
  template <typename T>
  static Value Dense(const T* elements, std::uint32_t count) noexcept {
    Value value = List(elements, count);
    value.rank = 1;
    value.size = static_cast<std::int32_t>(count);
    return value;
  }

  // Rank 1; `indices` and `elements` have `count` entries.
  template <typename T>
  static Value Sparse(const std::int32_t* indices, const T* elements, std::uint32_t count,
                      std::int32_t size) noexcept {
    Value value = Dense(elements, count);
    value.sparse = true;
    value.size = size;
    value.indices = indices;
    return value;
  }

  // The scalar as T, one of the types of ElementOf.
  template <typename T>
  T& As() noexcept {
    if constexpr (std::is_same_v<T, bool>)
      return boolean;
    else if constexpr (std::is_same_v<T, std::int8_t>)
      return int8;
    else if constexpr (std::is_same_v<T, std::int16_t>)
      return int16;
    else if constexpr (std::is_same_v<T, std::int32_t>)
      return int32;
    else if constexpr (std::is_same_v<T, std::int64_t>)
      return int64;
    else if constexpr (std::is_same_v<T, float>)
      return float32;
    else if constexpr (std::is_same_v<T, std::string_view>)
      return text;
    else {
      static_assert(std::is_same_v<T, double>);
      return float64;
    }
  }
  template <typename T>
  const T& As() const noexcept {
    return const_cast<Value*>(this)->As<T>();
  }

  template <typename T>
  std::span<const T> Elements() const noexcept {
    return {static_cast<const T*>(elements), count};
  }
  template <typename T>
  std::span<const T> Keys() const noexcept {
    return {static_cast<const T*>(keys), count};
  }
  std::span<const std::int32_t> Dimensions() const noexcept {
    return rank == 1 ? std::span(&size, 1) : std::span(dimensions, rank);
  }
};

static_assert(std::is_trivially_copyable_v<Value>);

// Calls `f(std::type_identity<T>())` with the C++ type of `base`.
template <typename F>
decltype(auto) WithElementType(BasicType base, F&& f) {
  switch (base) {
    case BasicType::kBoolean: return f(std::type_identity<bool>());
    case BasicType::kByte: return f(std::type_identity<std::int8_t>());
    case BasicType::kShort: return f(std::type_identity<std::int16_t>());
    case BasicType::kInt: return f(std::type_identity<std::int32_t>());
    case BasicType::kLong: return f(std::type_identity<std::int64_t>());
    case BasicType::kFloat: return f(std::type_identity<float>());
    case BasicType::kString:
    case BasicType::kByteString: return f(std::type_identity<std::string_view>());
    case BasicType::kDouble: break;
  }
  return f(std::type_identity<double>());
}

}  // namespace pillion
