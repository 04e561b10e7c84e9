#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "sidecar/transport/metrics_text.h"
#include "tests/sidecar/http/test_http_server.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(MetricsText, WritesPrometheusFormat) {
  MetricsText metrics;
  metrics.Counter("a_total", "Of a.");
  metrics.Sample(std::uint64_t{18446744073709551615u}, {{"x", "say \"hi\"\\\n"}, {"y", ""}});
  metrics.Gauge("b", "Of b.");
  metrics.Sample(0.25);
  EXPECT_EQ(metrics.text(),
            "# HELP a_total Of a.\n# TYPE a_total counter\n"
            "a_total{x=\"say \\\"hi\\\"\\\\\\n\",y=\"\"} 18446744073709551615\n"
            "# HELP b Of b.\n# TYPE b gauge\nb 0.25\n");
}

TEST(MetricsText, AddsUpTheBucketsOfAHistogram) {
  MetricsText metrics;
  metrics.Histogram("c_seconds", "Of c.");
  const std::uint64_t bounds_ns[] = {250, 1'000'000};
  const std::uint64_t counts[] = {1, 0, 2};
  metrics.Samples(bounds_ns, counts, 2'500'000'000, {{"x", "y"}});
  EXPECT_EQ(metrics.text(),
            "# HELP c_seconds Of c.\n# TYPE c_seconds histogram\n"
            "c_seconds_bucket{x=\"y\",le=\"2.5e-07\"} 1\n"
            "c_seconds_bucket{x=\"y\",le=\"0.001\"} 1\n"
            "c_seconds_bucket{x=\"y\",le=\"+Inf\"} 3\n"
            "c_seconds_sum{x=\"y\"} 2.5\nc_seconds_count{x=\"y\"} 3\n");
}

TEST(Metrics, TellOfTheServerAndItsModels) {
  TestHttpServer server({"tcp:127.0.0.1:0=metrics"});
  ModelRegistry registry = KingCounty();
  registry.List("risk", {{"1", "/models/risk/1/bundle.zip"}});
  registry.Fail("risk", "it is broken");
  ModelConfig config;
  config.valid_until = ValidUntil::Parse("2026-12-31T00:00:00Z");
  registry.Configure({"house", {}, {}}, config);
  registry.Configure({"risk", {}, {}}, Fail(LoadCode::kBadSchema, "model.yaml:1", "no key"));
  registry.Refresh(config.valid_until->time);
  server.Publish(registry);
  const HttpClient::Reply reply = server.Connect().Get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.head, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  for (const char* sample :
       {"\npillion_test 7\n", "\npillion_model_ready{model=\"house\"} 1\n",
        "\npillion_model_ready{model=\"risk\"} 0\n",
        "\npillion_model_load_failed{model=\"house\"} 0\n",
        "\npillion_model_load_failed{model=\"risk\"} 1\n",
        "\npillion_model_config_failed{model=\"house\"} 0\n",
        "\npillion_model_config_failed{model=\"risk\"} 1\n",
        "\npillion_model_expired{model=\"house\"} 1\n",
        "\npillion_model_expired{model=\"risk\"} 0\n",
        "\npillion_model_expiry_timestamp_seconds{model=\"house\",version=\"1\"} 1798675200\n",
        "\npillion_model_stages{model=\"house\",version=\"1\"} 6\n",
        "\npillion_model_bytes{model=\"house\",version=\"1\"} 8503\n",
        "\npillion_model_info{model=\"house\",version=\"1\",sha256=\"803c0bb8a1333b04"}) {
    EXPECT_THAT(reply.body, HasSubstr(sample));
  }
}

}  // namespace
}  // namespace pillion
