// What makes a tensor whole, whoever sent it.
#pragma once

#include "schemas/data_type.h"
#include "schemas/score_code.h"
#include "schemas/wire_values.h"

namespace pillion {

inline constexpr std::size_t kTensorRankMax = 32;

// kBadShape: dimensions that do not fit the values, or are not those that `type` declares;
// kWrongSize: rank 1 and of another length than declared; kBadIndex: indices of a sparse tensor
// that are out of range or do not ascend. Only the count of the values is looked at.
ScoreCode CheckTensor(const TensorView& tensor, const DataType& type) noexcept;

}  // namespace pillion
