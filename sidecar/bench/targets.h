// What a bench drives behind a client.
#pragma once

#include <cstdint>
#include <memory>

#include "client/pillion.h"
#include "schemas/rows/row_layout.h"
#include "sidecar/bench/bench_rows.h"
#include "sidecar/bench/load.h"

namespace pillion::bench {

// Builds a row, or a batch of `batch` rows, sends it, waits, reads the answer.
std::unique_ptr<Target> MakeClientTarget(pillion_model* model,
                                         std::shared_ptr<const RowLayout> rows_layout,
                                         std::shared_ptr<const RowLayout> answers_layout,
                                         const BenchRows& rows, std::uint32_t batch);
// Sends the same bytes again and again.
std::unique_ptr<Target> MakeBytesTarget(pillion_model* model, std::size_t bytes);

// Keeps up to `in_flight` rows under way on a queue of its own. `rows` null: rows that stay empty.
// Null: the client has no lane for it.
std::unique_ptr<PipelinedTarget> MakeQueueTarget(pillion_client* client, pillion_model* model,
                                                 std::shared_ptr<const RowLayout> rows_layout,
                                                 const BenchRows* rows, std::uint32_t in_flight);

}  // namespace pillion::bench
