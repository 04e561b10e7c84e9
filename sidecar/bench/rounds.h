// A measurement in short rounds, each beside a slice of the machine's own floor: what disturbs one
// disturbs the other, so that their ratio says more than either.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/load_error.h"
#include "sidecar/bench/floors.h"
#include "sidecar/bench/load.h"
#include "sidecar/bench/report.h"

namespace pillion::bench {

enum class FloorKind : std::uint8_t { kLine, kFutex, kSocket };

// What a measurement is made against.
struct Opponent {
  std::optional<FloorKind> floor;
  pid_t server = 0;  // 0: none, or not ours
};

class Rounds {
 public:
  // `duration` is that of a measurement, without its floor's. `in_one`: open loops are not cut.
  // REQUIRES: no threads yet, as the floors are forks.
  Rounds(std::chrono::milliseconds duration, bool in_one);

  // Calls `run` with the duration of each round and fills in what it measured. Errors: a request
  // failed.
  Result<void> Run(const Opponent& opponent, std::uint32_t rows_per_request,
                   Measurement& measurement,
                   const std::function<LoadResult(std::chrono::milliseconds)>& run);

  // All three floors; those that no measurement needed are measured now.
  std::vector<Measurement> TakeFloors();

 private:
  struct FloorRecord {
    std::unique_ptr<Floor> floor;
    LatencyHistogram latency;
    std::uint32_t slices = 0;
    std::vector<CpuPair> cpus;
    Disturbance disturbance;  // of the run that it took part in
  };
  // Its median.
  double RunFloor(FloorRecord& record);

  std::uint32_t count_;
  std::chrono::milliseconds round_;
  std::array<FloorRecord, 3> floors_;  // [FloorKind]
};

}  // namespace pillion::bench
