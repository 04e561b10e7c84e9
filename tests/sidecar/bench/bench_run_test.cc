// `pillion bench` as a whole, for a moment: what it measures, and by which way the requests went.
#include "sidecar/bench/bench_run.h"

#include <gtest/gtest.h>

#include "tests/support/paths.h"

namespace pillion::bench {
namespace {

BenchOptions Houses() {
  BenchOptions options;
  options.model = SourceDir() + "/examples/king-county/house-lr.zip";
  options.rows = SourceDir() + "/examples/king-county/houses.frame.json";
  options.select = {"prediction"};
  options.seconds = 0.2;
  return options;
}

std::vector<Measurement> Measured(const BenchOptions& options) {
  auto measurements = RunBench(options, [](const std::string&) {});
  EXPECT_TRUE(measurements) << measurements.error().Text();
  return measurements ? std::move(*measurements) : std::vector<Measurement>();
}

TEST(RunBench, MeasuresBytesValuesAndCallsInProcess) {
  BenchOptions options = Houses();
  options.transports = {"inproc"};
  options.batch = 16;
  const auto measurements = Measured(options);
  ASSERT_EQ(measurements.size(), 6U);
  EXPECT_EQ(measurements[0].what, "score");
  EXPECT_EQ(measurements[1].what, "plan");
  EXPECT_EQ(measurements[2].what, "call");
  EXPECT_EQ(measurements[3].what, "floor_line");
  EXPECT_EQ(measurements[4].what, "floor_futex");
  EXPECT_EQ(measurements[5].what, "floor_socket");
  for (const Measurement& measurement : {measurements[0], measurements[1], measurements[2]}) {
    EXPECT_EQ(measurement.transport, "inproc");
    EXPECT_EQ(measurement.batch, 16U);
    EXPECT_GT(measurement.latency.count(), 0U);
    // A request is 16 rows.
    EXPECT_GT(measurement.rows_per_s, 15.0 * static_cast<double>(measurement.latency.count()));
  }
}

TEST(RunBench, CountsWhatWentByRingAndSocket) {
  BenchOptions options = Houses();
  options.transports = {"shm", "unix"};
  const auto measurements = Measured(options);
  ASSERT_EQ(measurements.size(), 5U);
  EXPECT_EQ(measurements[0].transport, "shm");
  EXPECT_GT(measurements[0].ring_requests, 0U);
  EXPECT_EQ(measurements[0].socket_requests, 0U);
  EXPECT_EQ(measurements[0].floor, "floor_line");
  EXPECT_EQ(measurements[1].transport, "unix");
  EXPECT_EQ(measurements[1].ring_requests, 0U);
  EXPECT_GT(measurements[1].socket_requests, 0U);
  EXPECT_EQ(measurements[1].floor, "floor_socket");
  EXPECT_TRUE(measurements[0].placement);
}

// 2,000 rows of 190 bytes are more than the largest slot.
TEST(RunBench, NamesTheWayThatWasTakenNotTheOneAskedFor) {
  BenchOptions options = Houses();
  options.transports = {"shm"};
  options.batch = 2000;
  const auto measurements = Measured(options);
  ASSERT_FALSE(measurements.empty());
  EXPECT_EQ(measurements[0].transport, "unix");
  EXPECT_EQ(measurements[0].asked_transport, "shm");
}

}  // namespace
}  // namespace pillion::bench
