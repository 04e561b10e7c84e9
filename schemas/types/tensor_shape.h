// What makes a tensor whole, whoever sent it.
#pragma once

#include "schemas/rows/wire_values.h"
#include "schemas/types/score_code.h"

namespace pillion {

inline constexpr std::size_t kTensorRankMax = 32;

// kBadShape: dimensions that do not fit the values; kBadIndex: indices of a sparse tensor that are
// out of range or do not ascend. Only the count of the values is looked at. The dimensions that a
// column declares do not count: MLeap's ops declare some that their own answers do not have.
ScoreCode CheckTensor(const TensorView& tensor) noexcept;

}  // namespace pillion
