// What a server says of itself: its counters and its log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>
#include <unistd.h>

#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"
#include "tests/support/log_file.h"

namespace pillion {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class Logged : public ::testing::Test {
 protected:
  std::string Log() const { return file_.Text(); }
  void WaitFor(const std::string& text) const {
    while (Log().find(text) == std::string::npos) std::this_thread::yield();
  }

  testing::LogFile file_;
  EventLog& log_ = file_.log();
};

std::uint64_t Number(const simdjson::dom::element& status, const std::string& pointer) {
  std::uint64_t value = 0;
  return status.at_pointer(pointer).get(value) == simdjson::SUCCESS ? value : 0;
}

TEST(Status, CountsAnswersByModelAndCode) {
  TestServer server({.workers = 2});
  std::vector<std::unique_ptr<RawClient>> clients;  // one for each worker
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.path()));
    RawClient& client = *clients.back();
    ASSERT_TRUE(client.Greet());
    const std::uint16_t echo = client.Bind("echo");
    const std::uint16_t null = client.Bind("null");
    ClientLane lane = client.Lane(0);
    const std::vector<std::byte> row(8);
    for (int k = 0; k < 5; ++k) ASSERT_TRUE(client.Score(&lane, echo, row));
    for (int k = 0; k < 3; ++k) ASSERT_TRUE(client.Score(&lane, null, row));
    ASSERT_TRUE(client.Score(&lane, echo, row, 1));  // its deadline is over
    ASSERT_TRUE(client.Score(&lane, 99, row));
    client.Send(MessageType::kScore, 100, ScoreBody{echo, 1, 0, 0}, row);
    ASSERT_TRUE(client.Receive());
  }
  // An answer is there a moment before its turn is counted.
  std::string text;
  while (text.find("\"requests_ring\":20,\"requests_socket\":2,") == std::string::npos) {
    RawClient& client = *clients.front();
    client.Send(MessageType::kAsk, 3, AskBody{1, {}});
    const auto told = client.Receive();
    ASSERT_TRUE(told);
    text = Text(std::span(told->body).subspan(sizeof(CodeBody)));
  }
  simdjson::dom::parser parser;
  const simdjson::dom::element status = parser.parse(text);
  EXPECT_EQ(Number(status, "/codes_by_model/echo/kOk"), 12u);
  EXPECT_EQ(Number(status, "/codes_by_model/echo/kDeadline"), 2u);
  EXPECT_EQ(Number(status, "/codes_by_model/null/kOk"), 6u);
  EXPECT_EQ(Number(status, "/codes/kOk"), 18u);
  EXPECT_EQ(Number(status, "/codes/kUnknownLayout"), 2u);
  EXPECT_EQ(Number(status, "/requests_failed"), 4u);
  EXPECT_GT(Number(status, "/resident_bytes"), 1'000'000u);
  EXPECT_THAT(text, ContainsRegex("\"uptime_s\":[0-9]+,"));
  EXPECT_THAT(text, ContainsRegex("\"version\":\"[0-9]+\\.[0-9]+"));
}

TEST_F(Logged, ALifeFromStartToStop) {
  {
    TestServer server({}, nullptr, log_);
    RawClient client(server.path());
    ASSERT_TRUE(client.Greet());
    const std::uint16_t layout = client.Bind("echo");
    EXPECT_EQ(client.Bind("castle"), 0);
    ClientLane lane = client.Lane(0);
    const std::string secret = "a value of a row";
    ASSERT_TRUE(client.Score(&lane, layout, Bytes(secret)));
    server.Stop();
  }
  const std::string log = Log();
  EXPECT_THAT(log, ContainsRegex("level=info event=listening socket=.*pillion.sock mode=0660"));
  EXPECT_THAT(log, ContainsRegex("event=limits workers=[0-9]+ clients=240"));
  const std::string who =
      "client=1 uid=" + std::to_string(geteuid()) + " pid=" + std::to_string(getpid());
  EXPECT_THAT(log, HasSubstr("level=info event=client_connected " + who + " transport=shm"));
  EXPECT_THAT(log, HasSubstr("level=debug event=bound client=1 model=echo"));
  EXPECT_THAT(log, HasSubstr("level=warning event=bind_refused " + who + " model=castle"));
  EXPECT_THAT(log, HasSubstr("level=info event=drain reason=\"asked to\" clients=1"));
  EXPECT_THAT(log, HasSubstr("event=client_closed " + who + " requests=1"));
  EXPECT_THAT(log,
              ContainsRegex("event=stopped .*requests=1 requests_failed=0 .*clients_cut_off=0"));
  EXPECT_THAT(log, Not(HasSubstr("a value")));
}

TEST_F(Logged, ClientsThatLeaveAreLostOrBreakTheRules) {
  TestServer server({.allowed_uids = {4242}}, nullptr, log_);
  std::optional<RawClient> leaves(server.path());
  ASSERT_TRUE(leaves->Greet());
  leaves.reset();
  WaitFor("event=client_left client=1");
  RawClient breaks(server.path());
  ASSERT_TRUE(breaks.Greet());
  breaks.Send(MessageType::kAsk, 0, AskBody{1, {}});
  WaitFor("event=protocol_violation client=2 uid=" + std::to_string(geteuid()) +
          " pid=" + std::to_string(getpid()) + " requests=0 reason=\"a message without tag\"");
  RawClient old(server.path());
  old.Send(MessageType::kHello, 1, HelloBody{.major = 7});
  WaitFor("event=client_refused uid=" + std::to_string(geteuid()));
  EXPECT_THAT(Log(), HasSubstr("the client speaks protocol 7"));
}

TEST_F(Logged, AFloodIsHeldBack) {
  TestServer server({}, nullptr, log_);
  for (int i = 0; i < 300; ++i) {
    RawClient client(server.path());
    client.Send(MessageType::kHello, 1, HelloBody{.magic = 1});
    client.Receive();
  }
  server.Stop();
  const std::string log = Log();
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = log.find("event=client_refused", at)) != std::string::npos; ++at) {
    ++lines;
  }
  EXPECT_EQ(lines, EventLog::kLinesMax);
  EXPECT_THAT(log, HasSubstr("event=lines_held_back of=client_refused lines=280"));
}

}  // namespace
}  // namespace pillion
