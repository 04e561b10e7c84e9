// What probes are told while models are missing, served, and while the server drains.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sidecar/http/test_http_server.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

class HealthDialectTest : public ::testing::Test {
 protected:
  int Status(const std::string& path) { return server_.Connect().Get(path).status; }

  TestHttpServer server_{{"tcp:127.0.0.1:0=health", "tcp:127.0.0.1:0=score"}};
};

TEST_F(HealthDialectTest, IsReadyWhenEveryModelAnswers) {
  ModelRegistry registry = KingCounty();
  registry.List("risk", {{"1", "/models/risk/1/bundle.zip"}});
  server_.Publish(registry);
  for (const char* path : {"/readyz", "/healthz", "/ping", "/v2/health/ready"}) {
    EXPECT_EQ(Status(path), 503) << path;
  }
  for (const char* path : {"/livez", "/startupz", "/v2/health/live"}) {
    EXPECT_EQ(Status(path), 200) << path;
  }
  EXPECT_EQ(server_.Connect().Get("/readyz").body, "not loaded: risk\n");
  EXPECT_EQ(server_.Connect().Get("/actuator/health").body, R"({"status":"OUT_OF_SERVICE"})");

  server_.Publish(KingCounty());
  for (const char* path : {"/readyz", "/healthz", "/ping", "/v2/health/ready"}) {
    EXPECT_EQ(Status(path), 200) << path;
  }
  EXPECT_EQ(server_.Connect().Get("/readyz?verbose").body, "ok\nhouse@1\n");
  EXPECT_EQ(server_.Connect().Get("/actuator/health").body, R"({"status":"UP"})");
}

TEST_F(HealthDialectTest, TellsWhereAVersionHasExpired) {
  ModelRegistry registry = KingCounty();
  ModelConfig config;
  config.valid_until = ValidUntil::Parse("2026-12-31T00:00:00Z");
  config.on_expiry = OnExpiry::kNotReady;
  registry.Configure({"house", {}, {}}, config);
  registry.Refresh(config.valid_until->time - std::chrono::seconds(1));
  server_.Publish(registry);
  EXPECT_EQ(Status("/readyz"), 200);
  registry.Refresh(config.valid_until->time);
  server_.Publish(registry);
  EXPECT_EQ(Status("/v2/health/ready"), 503);
  EXPECT_EQ(server_.Connect().Get("/readyz").body, "expired: house@1\n");
  config.on_expiry = OnExpiry::kWarn;
  registry.Configure({"house", {}, {}}, config);
  registry.Refresh(config.valid_until->time);
  server_.Publish(registry);
  EXPECT_EQ(server_.Connect().Get("/readyz?verbose").body, "ok\nhouse@1 has expired\n");
}

TEST_F(HealthDialectTest, GoesOnThroughADrainAndTellsOfIt) {
  server_.Publish(KingCounty());
  HttpClient idle = server_.Connect(1);
  ASSERT_EQ(idle.Get("/models").status, 200);
  HttpClient begun = server_.Connect(1);
  // The server has read the first half once it answers what came in front of it.
  const std::string half = "GET /models HTTP/1.1\r\nHo";
  begun.Send("GET /models HTTP/1.1\r\nHost: t\r\n\r\n" + half);
  ASSERT_EQ(begun.Read().status, 200);

  server_.Run([&] { server_.server().Drain(std::chrono::seconds(60)); });
  EXPECT_TRUE(idle.AtEnd());
  const HttpClient::Reply last = begun.Send("st: t\r\n\r\n").Read();
  EXPECT_EQ(last.status, 200);
  EXPECT_THAT(last.head, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(begun.AtEnd());
  EXPECT_THROW(server_.Connect(1), std::runtime_error);

  const HttpClient::Reply ready = server_.Connect().Get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body, "draining\n");
  EXPECT_EQ(Status("/livez"), 200);
  server_.server().Finish();
}

}  // namespace
}  // namespace pillion
