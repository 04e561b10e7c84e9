#include "sidecar/certificate/difference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "sidecar/table/cell_json_writer.h"

namespace pillion {
namespace {

constexpr std::uint64_t kApart = Difference::kApart;
constexpr std::size_t kElementsMax = std::size_t{1} << 24;

// Floating-point values in order of size as integers, so that neighbours differ by 1, and the two
// zeros too.
std::uint64_t Ordinal(double x) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}
std::uint64_t Ordinal(float x) {
  constexpr std::uint32_t kSign = std::uint32_t{1} << 31;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return (bits & kSign) != 0 ? std::uint32_t{~bits} : bits | kSign;
}

template <typename T>
void Add(const T& a, const T& b, Difference* difference) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) && std::isnan(b)) return;
    if (std::isnan(a) || std::isnan(b)) {
      difference->ulps = kApart;
      return;
    }
    const std::uint64_t x = Ordinal(a);
    const std::uint64_t y = Ordinal(b);
    difference->ulps = std::max(difference->ulps, std::max(x, y) - std::min(x, y));
    if (!std::isfinite(a) || !std::isfinite(b)) return;
    const double apart = std::abs(static_cast<double>(a) - static_cast<double>(b));
    difference->absolute = std::max(difference->absolute, apart);
  } else if (!(a == b)) {
    difference->ulps = kApart;
    if constexpr (std::is_integral_v<T>) {
      const double apart = std::abs(static_cast<double>(a) - static_cast<double>(b));
      difference->absolute = std::max(difference->absolute, apart);
    }
  }
}

template <typename T>
void AddAll(std::span<const T> a, std::span<const T> b, Difference* difference) {
  if (a.size() != b.size()) {
    difference->ulps = kApart;
    return;
  }
  for (std::size_t i = 0; i < a.size(); ++i) Add(a[i], b[i], difference);
}

// All elements of a sparse tensor; nothing where there are too many.
template <typename T>
std::optional<std::vector<T>> Expand(const Value& value) {
  std::size_t size = 1;
  for (const std::int32_t dimension : value.Dimensions()) {
    size *= static_cast<std::size_t>(std::max(dimension, 0));
    if (size > kElementsMax) return std::nullopt;
  }
  std::vector<T> elements(size);
  for (std::uint32_t i = 0; i < value.count; ++i) {
    std::size_t at = 0;
    for (std::uint8_t k = 0; k < value.rank; ++k) {
      at = at * static_cast<std::size_t>(value.Dimensions()[k]) +
           static_cast<std::size_t>(value.indices[std::size_t{i} * value.rank + k]);
    }
    if (at < size) elements[at] = value.Elements<T>()[i];
  }
  return elements;
}

template <typename T>
void AddTensors(const Value& a, const Value& b, Difference* difference) {
  if (!std::ranges::equal(a.Dimensions(), b.Dimensions())) {
    difference->ulps = kApart;
    return;
  }
  const auto same_indices = [&] {
    const std::size_t count = std::size_t{a.count} * a.rank;
    return a.sparse && b.sparse && a.count == b.count &&
           std::equal(a.indices, a.indices + count, b.indices);
  };
  if ((!a.sparse && !b.sparse) || same_indices()) {
    return AddAll(a.Elements<T>(), b.Elements<T>(), difference);
  }
  if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    const auto elements = [](const Value& value) -> std::optional<std::vector<T>> {
      if (value.sparse) return Expand<T>(value);
      return std::vector<T>(value.Elements<T>().begin(), value.Elements<T>().end());
    };
    const std::optional<std::vector<T>> x = elements(a);
    const std::optional<std::vector<T>> y = elements(b);
    if (x && y) return AddAll(std::span<const T>(*x), std::span<const T>(*y), difference);
  }
  difference->ulps = kApart;
}

}  // namespace

Difference DifferenceOf(const Value& a, const Value& b, const DataType& type) {
  if (a.null || b.null) return {a.null == b.null ? 0 : kApart, 0};
  Difference difference;
  WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
    switch (type.shape) {
      case Shape::kScalar: return Add(a.As<T>(), b.As<T>(), &difference);
      case Shape::kList: return AddAll(a.Elements<T>(), b.Elements<T>(), &difference);
      case Shape::kTensor: return AddTensors<T>(a, b, &difference);
      case Shape::kMap: break;
    }
    const auto text = [&](const Value& map) { return CellJson(map, type, VectorForm::kObject); };
    if (text(a) != text(b)) difference.ulps = kApart;
  });
  return difference;
}

}  // namespace pillion
