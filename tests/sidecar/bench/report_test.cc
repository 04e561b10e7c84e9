// The lines that programs read: the fields that have always been there, and those of this version.
#include "sidecar/bench/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <simdjson.h>

#include <sstream>

namespace pillion::bench {
namespace {

using ::testing::HasSubstr;

Measurement Example() {
  Measurement measurement;
  measurement.what = "score";
  measurement.transport = "unix";
  measurement.asked_transport = "shm";
  measurement.mode = "spin";
  measurement.model = "house";
  measurement.row_bytes = 190;
  measurement.rows_per_s = 1234.56;
  for (std::uint64_t i = 1; i <= 100; ++i) measurement.latency.Record(i);
  measurement.ring_requests = 3;
  measurement.socket_requests = 97;
  measurement.floor = "floor_line";
  measurement.rounds = {{60, 10}, {50, 10}, {90, 10}, {70, 10}, {80, 10}};
  measurement.placement = Placement{{0, 1}, 5, 5, Relation::kTwoCores, Relation::kCoreThreads};
  measurement.disturbance = {0.5, 12, 0};
  return measurement;
}

TEST(RatioToFloor, IsTheMedianOfTheRoundsWithItsQuartiles) {
  const auto ratio = RatioToFloor(Example().rounds);
  ASSERT_TRUE(ratio);
  EXPECT_EQ(ratio->median, 7);
  EXPECT_EQ(ratio->low, 6);
  EXPECT_EQ(ratio->high, 8);
  EXPECT_FALSE(RatioToFloor({}));
  EXPECT_FALSE(RatioToFloor({{50, 0}}));
}

TEST(PrintJsonLine, HasAllFields) {
  std::ostringstream out;
  PrintJsonLine(Example(), out);
  simdjson::dom::parser parser;
  const simdjson::padded_string text(out.str());
  simdjson::dom::object line;
  ASSERT_EQ(parser.parse(text).get(line), simdjson::SUCCESS) << out.str();
  for (const char* key : {"what",
                          "transport",
                          "mode",
                          "model",
                          "row_bytes",
                          "in_flight",
                          "batch",
                          "p50_ns",
                          "p90_ns",
                          "p99_ns",
                          "p999_ns",
                          "p9999_ns",
                          "max_ns",
                          "rows_per_s",
                          "asked_transport",
                          "ring_requests",
                          "socket_requests",
                          "floor",
                          "floor_ratio_p50",
                          "floor_ratio_low",
                          "floor_ratio_high",
                          "rounds",
                          "placement",
                          "stolen_percent",
                          "forced_switches_per_s",
                          "lost_percent",
                          "quiet"}) {
    EXPECT_EQ(line[key].error(), simdjson::SUCCESS) << key;
  }
  EXPECT_EQ(line["transport"].get_string().value(), "unix");
  EXPECT_EQ(line["asked_transport"].get_string().value(), "shm");
  EXPECT_EQ(line["ring_requests"].get_int64().value(), 3);
  EXPECT_EQ(line["floor_ratio_p50"].get_double().value(), 7);
  EXPECT_EQ(line["placement"].get_string().value(), "two cores");
  EXPECT_FALSE(line["quiet"].get_bool().value());
}

TEST(PrintTable, SaysWhatTheFiguresHold) {
  std::ostringstream out;
  PrintTable({Example()}, out);
  EXPECT_THAT(out.str(), HasSubstr("house, Unix socket"));
  EXPECT_THAT(out.str(), HasSubstr("7.00 (6.00..8.00)"));
  EXPECT_THAT(out.str(), HasSubstr("3 requests by the ring, 97 by the socket, although shm"));
  EXPECT_THAT(out.str(),
              HasSubstr("two cores (CPU 0 and 1); the kernel says two threads of a core"));
  EXPECT_THAT(out.str(), HasSubstr("NOT QUIET (stolen 0.5 %"));
}

}  // namespace
}  // namespace pillion::bench
