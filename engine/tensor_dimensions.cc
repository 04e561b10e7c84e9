#include "engine/tensor_dimensions.h"

#include <limits>

#include "schemas/types/data_type.h"

namespace pillion {
namespace {

std::string Mismatch(const std::vector<std::int32_t>& dimensions, std::size_t value_count) {
  constexpr std::size_t kDimensionsShown = 8;
  std::string text = "dimensions [";
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    if (i > 0) text += ", ";
    if (i == kDimensionsShown) {
      text += "...";
      break;
    }
    text += std::to_string(dimensions[i]);
  }
  return text + "] do not fit " + std::to_string(value_count) + " values";
}

}  // namespace

std::optional<std::string> NormalizeDimensions(std::vector<std::int32_t>& dimensions,
                                               std::size_t value_count) {
  const std::string mismatch = Mismatch(dimensions, value_count);
  std::int32_t* any = nullptr;
  std::uint64_t product = 1;
  for (std::int32_t& dimension : dimensions) {
    if (dimension == kAnySize) {
      if (any != nullptr) return "more than one of the dimensions is -1";
      any = &dimension;
    } else if (dimension < 0 ||
               __builtin_mul_overflow(product, static_cast<std::uint64_t>(dimension), &product)) {
      return mismatch;
    }
  }
  if (any != nullptr) {
    const std::uint64_t size = product == 0 ? 0 : value_count / product;
    if (product == 0 || size > std::numeric_limits<std::int32_t>::max()) return mismatch;
    *any = static_cast<std::int32_t>(size);
    product *= size;
  }
  if (product != value_count) return mismatch;
  return std::nullopt;
}

}  // namespace pillion
