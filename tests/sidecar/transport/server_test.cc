#include "sidecar/transport/server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

std::vector<std::byte> Row(std::size_t size) {
  std::vector<std::byte> row(size);
  for (std::size_t i = 0; i < size; ++i) row[i] = static_cast<std::byte>(i * 7 + size);
  return row;
}

TEST(Server, ScoresOverTheRing) {
  TestServer server;
  RawClient client(server.path());
  ASSERT_TRUE(client.Greet());
  const std::uint16_t layout = client.Bind("echo");
  ASSERT_NE(layout, 0);
  for (std::uint32_t index = 0; index < 2; ++index) {
    ClientLane lane = client.Lane(index);
    for (std::size_t size = 0; size < 300; ++size) {
      const auto head = client.Score(&lane, layout, Row(size));
      ASSERT_TRUE(head);
      EXPECT_EQ(head->code, ScoreCode::kOk);
      EXPECT_EQ(client.answer(), Row(size));
    }
  }
}

TEST(Server, ScoresOverTheSocket) {
  TestServer server;
  RawClient client(server.path());
  ASSERT_TRUE(client.Greet({.features = 0}));
  EXPECT_EQ(client.welcome().features, 0u);
  EXPECT_TRUE(client.fds().empty());
  const std::uint16_t layout = client.Bind("echo");
  for (const std::size_t size : {0u, 1u, 13u, 4096u, 1'000'000u}) {
    client.Send(MessageType::kScore, 100 + size, ScoreBody{layout, 1, 0, 0}, Row(size));
    const auto answer = client.Receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.tag, 100 + size);
    AnswerBody body;
    std::span<const std::byte> payload;
    ASSERT_TRUE(SplitBody(std::span<const std::byte>(answer->body), &body, &payload));
    EXPECT_EQ(body.code, 0);
    EXPECT_TRUE(std::ranges::equal(payload, Row(size)));
  }
}

TEST(Server, NamesWhatItRefusesToScore) {
  TestServer server;
  RawClient client(server.path());
  ASSERT_TRUE(client.Greet());
  EXPECT_EQ(client.Bind("no such model"), 0);
  const std::uint16_t layout = client.Bind("echo");
  ClientLane lane = client.Lane(0);
  EXPECT_EQ(client.Score(&lane, 99, Row(8))->code, ScoreCode::kUnknownLayout);
  EXPECT_EQ(client.Score(&lane, layout, Row(8), 1)->code, ScoreCode::kDeadline);
  EXPECT_EQ(client.Score(&lane, layout, Row(8), MonotonicNs() + 60'000'000'000)->code,
            ScoreCode::kOk);
  const auto large = client.Score(&lane, layout, Row(1000));
  EXPECT_EQ(large->code, ScoreCode::kTooLarge);
  EXPECT_EQ(large->flags, kAnswerOverSlot);
  client.Send(MessageType::kUnbind, 1, UnbindBody{layout, {}});
  const std::uint16_t next = client.Bind("echo");  // is answered after the UNBIND was read
  EXPECT_NE(next, layout);
  EXPECT_EQ(client.Score(&lane, layout, Row(8))->code, ScoreCode::kUnknownLayout);
}

TEST(Server, AnswersQuestions) {
  TestServer server;
  RawClient client(server.path());
  ASSERT_TRUE(client.Greet());
  EXPECT_EQ(client.Ask(Question::kReady), R"({"ready":true})");
  EXPECT_THAT(client.Ask(Question::kModels), ::testing::HasSubstr(R"("echo")"));
  EXPECT_THAT(client.Ask(Question::kStatus), ::testing::HasSubstr(R"("clients":1,)"));
  client.Send(MessageType::kAsk, 3, AskBody{77, {}});
  EXPECT_EQ(client.Receive()->code(), ScoreCode::kUnsupported);
}

TEST(Server, TheKernelHoldsBothEndsToTheirSide) {
  TestServer server;
  RawClient client(server.path());
  ASSERT_TRUE(client.Greet());
  for (const std::size_t memory : {kRequestsMemory, kAnswersMemory}) {
    const int fd = client.fds()[memory].get();
    EXPECT_NE(ftruncate(fd, 0), 0);
    EXPECT_NE(ftruncate(fd, 1 << 30), 0);
    EXPECT_NE(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  }
  const int answers = client.fds()[kAnswersMemory].get();
  const std::size_t bytes = client.geometry().answers_bytes();
  EXPECT_EQ(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, answers, 0), MAP_FAILED);
  void* readable = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, answers, 0);
  ASSERT_NE(readable, MAP_FAILED);
  EXPECT_NE(mprotect(readable, bytes, PROT_READ | PROT_WRITE), 0);
  const std::string link = "/proc/self/fd/" + std::to_string(answers);
  const int again = open(link.c_str(), O_RDWR);
  if (again >= 0) {
    EXPECT_EQ(mmap(nullptr, bytes, PROT_WRITE, MAP_SHARED, again, 0), MAP_FAILED);
    close(again);
  }
  munmap(readable, bytes);
}

TEST(Server, GivesWhatIsAskedForWithinItsLimits) {
  TestServer server({.geometry_max = {4, 512, 256}});
  RawClient greedy(server.path());
  ASSERT_TRUE(greedy.Greet({.features = kFeatureSharedMemory,
                            .lane_count = 0xFFFFFFFF,
                            .request_slot_bytes = 0xFFFFFFFF,
                            .answer_slot_bytes = 1}));
  EXPECT_EQ(greedy.geometry(), (Geometry{4, 512, 128}));
}

TEST(Server, TurnsAwayWhoIsTooMany) {
  TestServer server({.clients_max = 2});
  std::optional<RawClient> first(server.path());
  RawClient second(server.path());
  ASSERT_TRUE(first->Greet());
  ASSERT_TRUE(second.Greet());
  RawClient third(server.path());
  const auto refusal = third.Receive();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code(), ScoreCode::kBusy);
  EXPECT_FALSE(third.Receive());

  first.reset();
  while (server.server().client_count() > 1) std::this_thread::yield();
  RawClient fourth(server.path());
  EXPECT_TRUE(fourth.Greet());
}

TEST(Server, DrainsByAnsweringWhatWasPublished) {
  TestServer server;
  RawClient client(server.path());
  ASSERT_TRUE(client.Greet());
  const std::uint16_t layout = client.Bind("echo");
  ClientLane lane = client.Lane(0);
  std::vector<std::uint64_t> sequences;
  for (int i = 0; i < 64; ++i) {
    sequences.push_back(lane.TrySubmit({RequestKind::kRow, layout, 0}, Row(8)));
  }
  if (lane.MustKick()) client.Kick();
  server.Stop();
  for (const std::uint64_t sequence : sequences) EXPECT_TRUE(lane.Answered(sequence));
  const auto goodbye = client.Receive();
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->code(), ScoreCode::kDraining);
  EXPECT_FALSE(client.Receive());
  EXPECT_THROW(RawClient{server.path()}, std::runtime_error) << "the socket's file is gone";
}

TEST(Server, DrainingEndsAlthoughAClientGoesOn) {
  // A client that does not run for some milliseconds is taken for one that has finished.
  bool refused = false;
  for (int round = 0; round < 50 && !refused; ++round) {
    TestServer server({.drain_time_max = std::chrono::milliseconds(100)});
    RawClient client(server.path());
    ASSERT_TRUE(client.Greet());
    const std::uint16_t layout = client.Bind("echo");
    ClientLane lane = client.Lane(0);
    ASSERT_TRUE(client.Score(&lane, layout, Row(8)));
    std::jthread stop([&] { server.Stop(); });
    while (const auto head = client.Score(&lane, layout, Row(8))) {
      refused = refused || head->code == ScoreCode::kDraining;
    }
  }
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace pillion
