// What `pillion bench` measures, in which order. Its own servers run in child processes; the
// machine's floors are measured in the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "sidecar/bench/report.h"

namespace pillion::bench {

struct BenchOptions {
  std::string model;  // a bundle, a served name, or "transport"
  std::string url;
  std::string rows;
  std::vector<std::string> select;
  std::vector<std::string> transports;  // empty: all
  std::uint32_t threads = 1;
  std::uint32_t in_flight = 1;
  std::uint32_t batch = 1;
  double rate = 0;
  double seconds = 2;
  std::uint32_t row_bytes = 240;
  bool park = false;
};

// `progress` is told what is being measured.
Result<std::vector<Measurement>> RunBench(const BenchOptions& options,
                                          const std::function<void(const std::string&)>& progress);

}  // namespace pillion::bench
