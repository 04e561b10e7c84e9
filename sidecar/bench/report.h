// How bench results look: a table for people, one JSON object a line for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "sidecar/bench/latency_histogram.h"
#include "sidecar/bench/placement.h"
#include "sidecar/bench/quiet.h"

namespace pillion::bench {

// The medians of one round: of what is measured and, just before it, of the machine's floor.
struct Round {
  double p50_ns = 0;
  double floor_p50_ns = 0;
};

// Of the rounds' ratios: the median, and the quartiles around it.
struct Ratio {
  double median = 0;
  double low = 0;
  double high = 0;
};

// Null without rounds.
std::optional<Ratio> RatioToFloor(const std::vector<Round>& rounds);

struct Measurement {
  std::string what;  // score, plan, call, null, floor_line, floor_futex, floor_socket
  std::optional<std::string> transport;  // inproc, shm, unix: what most requests really took
  std::string mode;                      // spin, park
  std::optional<std::string> model;
  std::uint32_t row_bytes = 0;  // encoded
  std::uint32_t in_flight = 1;
  std::uint32_t batch = 1;
  double rows_per_s = 0;
  LatencyHistogram latency;  // per request

  std::optional<std::string> asked_transport;  // where it is not the one that was used
  std::optional<std::uint64_t> ring_requests;  // null: in process, or a floor
  std::optional<std::uint64_t> socket_requests;
  std::optional<std::string> floor;  // the one that was measured in turns with it
  // Those in which measurement and floor were placed alike: their ratio means something.
  std::vector<Round> rounds;
  std::optional<Placement> placement;
  Disturbance disturbance;
};

void PrintTable(const std::vector<Measurement>& measurements, std::ostream& out);
void PrintJsonLine(const Measurement& measurement, std::ostream& out);

}  // namespace pillion::bench
