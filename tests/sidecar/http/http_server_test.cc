// The room without a dialect of interest: framing, limits, time, many connections.
#include "sidecar/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/sidecar/http/test_http_server.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kGet = "GET /livez HTTP/1.1\r\nHost: t\r\n\r\n";

TEST(HttpServer, KeepsTheConnectionAndTakesRequestsInAdvance) {
  TestHttpServer server({"tcp:127.0.0.1:0=health"});
  HttpClient client = server.Connect();
  std::string many;
  for (int i = 0; i < 50; ++i) many += kGet + "GET /readyz?verbose HTTP/1.1\r\nHost: t\r\n\r\n";
  client.Send(many);
  for (int i = 0; i < 100; ++i) {
    const HttpClient::Reply reply = client.Read();
    ASSERT_EQ(reply.status, 200) << i;
    EXPECT_THAT(reply.head, Not(HasSubstr("Connection: close")));
  }
  client.Send("GET /livez HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n" + kGet);
  EXPECT_THAT(client.Read().head, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.AtEnd());
}

TEST(HttpServer, ReadsRequestsInPieces) {
  TestHttpServer server({"tcp:127.0.0.1:0=health"});
  HttpClient client = server.Connect();
  for (const char byte : kGet) client.Send(std::string(1, byte));
  EXPECT_EQ(client.Read().status, 200);
}

TEST(HttpServer, AnswersHeadWithTheHeaderAlone) {
  TestHttpServer server({"tcp:127.0.0.1:0=health"});
  HttpClient client = server.Connect();
  client.Send("HEAD /livez HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.Read(false).head, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_EQ(client.Get("/livez").body, "ok\n");
}

TEST(HttpServer, RefusesUnknownPathsAndMethodsInTheDialectsForm) {
  TestHttpServer server({"tcp:127.0.0.1:0=health", "tcp:127.0.0.1:0=score,health"});
  HttpClient client = server.Connect(0);
  const HttpClient::Reply unknown = client.Get("/lives");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body, "there is nothing at /lives\n");
  const HttpClient::Reply method = client.Post("/livez", "text/plain", "x");
  EXPECT_EQ(method.status, 405);
  EXPECT_THAT(method.head, HasSubstr("Allow: GET\r\n"));

  HttpClient both = server.Connect(1);
  EXPECT_THAT(both.Get("/lives").head, HasSubstr("Content-Type: application/problem+json"));
  EXPECT_THAT(both.Post("/livez", "text/plain", "x").head, HasSubstr("Content-Type: text/plain"));
  EXPECT_THAT(both.Get("/score/house").head, HasSubstr("Allow: POST\r\n"));
}

TEST(HttpServer, SaysGoOnBeforeABodyThatWaitsForThat) {
  TestHttpServer server({"tcp:127.0.0.1:0=score"});
  HttpClient client = server.Connect();
  client.Send(
      "POST /score/x HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  EXPECT_EQ(client.Send("{}").Read().status, 404);
}

TEST(HttpServer, RefusesWhatIsTooLargeOrNoRequest) {
  TestHttpServer server({"tcp:127.0.0.1:0=score"},
                        {.header_bytes_max = 1024, .body_bytes_max = 1000});
  const auto status = [&](const std::string& bytes) {
    HttpClient client = server.Connect();
    const int refused = client.Send(bytes).Read().status;
    EXPECT_TRUE(client.AtEnd()) << bytes.substr(0, 40);
    return refused;
  };
  const std::string post = "POST /score/x HTTP/1.1\r\nHost: t\r\n";
  EXPECT_EQ(status(post + "Content-Length: 1001\r\n\r\n" + std::string(1001, ' ')), 413);
  EXPECT_EQ(status(post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, ' ')),
            413);
  EXPECT_EQ(status(post + "X: " + std::string(2000, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET\r\n\r\n"), 400);
  EXPECT_EQ(status(std::string("\x16\x03\x01\x00\xa5\x01", 6) + "\r\n\r\n"), 400);  // TLS
  EXPECT_EQ(status(post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), 400);
  EXPECT_EQ(server.Connect().Get("/models").status, 200);
}

TEST(HttpServer, DropsWhoIsSlow) {
  TestHttpServer server({"tcp:127.0.0.1:0=health"}, {.request_time_max = milliseconds(300),
                                                     .idle_time_max = milliseconds(60'000)});
  HttpClient idle = server.Connect();
  HttpClient half = server.Connect();
  half.Send(kGet.substr(0, 10));
  EXPECT_TRUE(half.AtEnd());
  EXPECT_EQ(idle.Get("/livez").status, 200);
}

TEST(HttpServer, DropsWhoIsIdleForTooLong) {
  TestHttpServer server({"tcp:127.0.0.1:0=health"}, {.idle_time_max = milliseconds(300)});
  HttpClient client = server.Connect();
  EXPECT_EQ(client.Get("/livez").status, 200);
  EXPECT_TRUE(client.AtEnd());
}

TEST(HttpServer, ServesBesideThousandsWhoSayNothing) {
  constexpr std::size_t kIdle = 2000;
  const rlimit before = [] {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
  }();
  const rlimit raised{std::max<rlim_t>(before.rlim_cur, std::min<rlim_t>(before.rlim_max, 8192)),
                      before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &raised);
  if (raised.rlim_cur < 2 * kIdle + 200) GTEST_SKIP() << "too few open files are allowed";
  TestHttpServer server({"tcp:127.0.0.1:0=health"}, {.connections_max = kIdle + 1});
  std::vector<HttpClient> idle;
  for (std::size_t i = 0; i < kIdle; ++i) {
    idle.push_back(server.Connect());
    if (i % 2 == 0) idle.back().Send("GET /livez HT");
  }
  HttpClient last = server.Connect();
  EXPECT_EQ(last.Get("/livez").status, 200);
  // One more than there may be is turned away, and its place is free again once another leaves.
  EXPECT_TRUE(server.Connect().AtEnd());
  EXPECT_EQ(last.Get("/livez").status, 200);
  EXPECT_EQ(idle[0].Send("TP/1.1\r\n\r\n").Read().status, 200);
}

TEST(HttpServer, ListensAtAPath) {
  const testing::TemporaryDirectory directory;
  const std::string path = (directory.path() / "http.sock").string();
  TestHttpServer server({"unix:" + path + "=health"});
  EXPECT_EQ(HttpClient(path).Get("/livez").status, 200);
}

TEST(HttpServer, SaysWhereItCannotListen) {
  TestHttpServer server({"tcp:127.0.0.1:0=health"});
  const std::string taken = "tcp:127.0.0.1:" + std::to_string(server.server().port(0)) + "=health";
  try {
    const TestHttpServer second({taken});
    ADD_FAILURE() << "two listen at one port";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot listen at " + taken.substr(0, taken.find('='))));
    EXPECT_THAT(error.what(), HasSubstr("in use"));
  }
}

}  // namespace
}  // namespace pillion
