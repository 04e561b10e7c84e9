// Says in words where a row failed: in the caller's hands, on the way, or at the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "client/connection/options.h"
#include "schemas/rows/row_encoder.h"
#include "schemas/rows/row_layout.h"

namespace pillion {

// What the encoder refused. `unknown`: the name that was asked for, where the column is none.
Failure DescribeRowFault(const RowEncoder& row, const std::string& unknown);

// A value that its input column cannot have. REQUIRES: column < inputs.size().
Failure DescribeColumnFault(ScoreCode code, std::uint32_t column, const RowLayout& inputs);

// What an answer with this code and payload says. `inputs`: the columns of the rows.
Failure DescribeAnswerFault(ScoreCode code, std::span<const std::byte> payload,
                            const RowLayout& inputs);
// The same for a row of the answer to a batch; `payload` is the whole answer.
Failure DescribeBatchFault(std::span<const std::byte> payload, std::uint32_t row,
                           const RowLayout& inputs);

// A row that no message takes: blames the column with the most bytes.
Failure DescribeTooLarge(const RowEncoder& row);

}  // namespace pillion
