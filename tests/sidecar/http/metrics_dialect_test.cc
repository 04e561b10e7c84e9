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

TEST(Metrics, TellOfTheServerAndItsModels) {
  TestHttpServer server({"tcp:127.0.0.1:0=metrics"});
  ModelRegistry registry = KingCounty();
  registry.List("risk", {{"1", "/models/risk/1/bundle.zip"}});
  registry.Fail("risk", "it is broken");
  server.Publish(registry);
  const HttpClient::Reply reply = server.Connect().Get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.head, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  for (const char* sample :
       {"\npillion_test 7\n", "\npillion_model_ready{model=\"house\"} 1\n",
        "\npillion_model_ready{model=\"risk\"} 0\n",
        "\npillion_model_load_failed{model=\"house\"} 0\n",
        "\npillion_model_load_failed{model=\"risk\"} 1\n",
        "\npillion_model_stages{model=\"house\",version=\"1\"} 6\n",
        "\npillion_model_bytes{model=\"house\",version=\"1\"} 8503\n",
        "\npillion_model_info{model=\"house\",version=\"1\",sha256=\"803c0bb8a1333b04"}) {
    EXPECT_THAT(reply.body, HasSubstr(sample));
  }
}

}  // namespace
}  // namespace pillion
