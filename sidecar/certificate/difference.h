// How far two values of a column are apart.
#pragma once

#include <cstdint>
#include <limits>

#include "engine/value.h"
#include "schemas/types/data_type.h"

namespace pillion {

struct Difference {
  // Of another null, size or text; of numbers that are no floating-point ones, another number.
  static constexpr std::uint64_t kApart = std::numeric_limits<std::uint64_t>::max();

  // Floating-point values that lie between, of the elements that are furthest apart, plus one; 0:
  // equal to the last bit, any NaN being equal to any other.
  std::uint64_t ulps = 0;
  double absolute = 0;  // the largest |a - b|, where both are finite
};

// A dense and a sparse vector with the same elements are equal.
Difference DifferenceOf(const Value& a, const Value& b, const DataType& type);

}  // namespace pillion
