// How bench results look: a table for people, one JSON object a line for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "sidecar/bench/latency_histogram.h"

namespace pillion::bench {

struct Measurement {
  std::string what;                      // score, null, floor_line, floor_futex, floor_socket
  std::optional<std::string> transport;  // inproc, shm, unix
  std::string mode;                      // spin, park
  std::optional<std::string> model;
  std::uint32_t row_bytes = 0;  // encoded
  std::uint32_t in_flight = 1;
  std::uint32_t batch = 1;
  double rows_per_s = 0;
  LatencyHistogram latency;  // per request
};

void PrintTable(const std::vector<Measurement>& measurements, std::ostream& out);
void PrintJsonLine(const Measurement& measurement, std::ostream& out);

}  // namespace pillion::bench
