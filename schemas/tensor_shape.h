// What makes a tensor whole, whoever sent it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "schemas/score_code.h"
#include "schemas/wire_values.h"

namespace pillion {

inline constexpr std::size_t kTensorRankMax = 32;

// Each index of a sparse tensor within its dimension, each tuple of indices behind the one before.
// `indices`: [stored values][rank].
bool Ascend(std::span<const std::int32_t> indices,
            std::span<const std::int32_t> dimensions) noexcept;

// kBadShape: dimensions that do not fit the values; kBadIndex: indices of a sparse tensor that are
// out of range or do not ascend. Only the count of the values is looked at. The dimensions that a
// column declares do not count: MLeap's ops declare some that their own answers do not have.
ScoreCode CheckTensor(const TensorView& tensor) noexcept;

}  // namespace pillion
