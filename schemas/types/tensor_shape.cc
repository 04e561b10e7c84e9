#include "schemas/types/tensor_shape.h"

#include <cstdint>
#include <limits>
#include <optional>

namespace pillion {
namespace {

using Dimensions = std::span<const std::int32_t>;

// Null: a negative dimension, or more elements than 63 bits can count.
std::optional<std::int64_t> ElementCount(Dimensions dimensions) {
  std::int64_t count = 1;
  bool overflow = false;
  bool empty = false;
  for (const std::int32_t n : dimensions) {
    if (n < 0) return std::nullopt;
    empty |= n == 0;
    overflow |= __builtin_mul_overflow(count, std::int64_t{n}, &count);
  }
  if (empty) return 0;
  if (overflow) return std::nullopt;
  return count;
}

// Each index within its dimension, and each tuple of indices behind the one before.
bool Ascend(Dimensions indices, Dimensions dimensions) {
  const std::size_t rank = dimensions.size();
  for (std::size_t i = 0; i < indices.size(); i += rank) {
    bool behind = i == 0;
    for (std::size_t d = 0; d < rank; ++d) {
      const std::int32_t index = indices[i + d];
      if (index < 0 || index >= dimensions[d]) return false;
      if (behind) continue;
      if (index < indices[i + d - rank]) return false;
      behind = index > indices[i + d - rank];
    }
    if (!behind) return false;
  }
  return true;
}

}  // namespace

ScoreCode CheckTensor(const TensorView& tensor) noexcept {
  const std::size_t rank = tensor.dimensions.size();
  if (rank > kTensorRankMax) return ScoreCode::kBadShape;
  const auto element_count = ElementCount(tensor.dimensions);
  if (!element_count) return ScoreCode::kBadShape;
  const std::uint32_t count = tensor.values.count;
  if (!tensor.sparse && count != *element_count) return ScoreCode::kBadShape;
  if (tensor.sparse && tensor.indices.size() != std::size_t{count} * rank) {
    return ScoreCode::kBadShape;
  }
  if (!tensor.sparse) return ScoreCode::kOk;
  // Of rank 0 there is one element, and no index to tell a second one from it.
  if (rank == 0 && count > 1) return ScoreCode::kBadIndex;
  return Ascend(tensor.indices, tensor.dimensions) ? ScoreCode::kOk : ScoreCode::kBadIndex;
}

}  // namespace pillion
