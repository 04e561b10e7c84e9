// Many threads and one client: nobody starves, nothing is lost from the counters, and what does not
// fit is said.
#include <gmock/gmock.h>
#include <poll.h>

#include <algorithm>
#include <thread>

#include "client/core/backoff.h"
#include "tests/conformance/conformance_fixture.h"

namespace pillion {
namespace {

class LanesTest : public Conformance {
 protected:
  void SetUp() override { StartServer(); }

  static std::uint64_t Counted(const pillion_stats& stats) {
    return stats.ring_calls + stats.socket_calls + stats.lane_deadlines + stats.unconnected;
  }
  bool shared() const { return GetParam() == std::string("shm"); }
};

TEST_P(LanesTest, EveryCallIsCountedOnce) {
  Client client = Connect(1);
  auto model = Bind(client, "slow");
  std::atomic<std::uint64_t> calls{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&] {
      auto answer = model.NewAnswer();
      for (int k = 0; k < 20; ++k) {
        const pillion_code code = Score(model, {1, 2}, &answer, 5ms);
        EXPECT_TRUE(code == PILLION_OK || code == PILLION_DEADLINE) << int{code};
        ++calls;
      }
      std::vector<client_api::Answer> answers;
      std::vector<client_api::Row> rows;
      for (int k = 0; k < 10; ++k) rows.push_back(model.NewRow());
      model.ScoreEach(rows, 5ms, &answers);
      calls += rows.size();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Counted(client.stats()), calls.load());
  StopServer();
  WaitUntil([&] { return client.transport().empty(); });
  auto answer = model.NewAnswer();
  EXPECT_EQ(Score(model, {1, 2}, &answer), PILLION_SERVER_GONE);
  EXPECT_EQ(Counted(client.stats()), calls.load() + 1);
}

TEST_P(LanesTest, GrowWithTheThreadsThatCall) {
  if (!shared()) GTEST_SKIP() << "lanes are of shared memory";
  pillion_options options = PILLION_OPTIONS_INIT;
  options.lanes = 2;
  options.lanes_max = 20;
  auto client = Client::Connect(url(), options);
  ASSERT_TRUE(client);
  auto model = Bind(*client, "slow");
  EXPECT_EQ(client->stats().lanes, 2u);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 30; ++i) {
    threads.emplace_back([&] {
      auto answer = model.NewAnswer();
      while (!stop) EXPECT_EQ(Score(model, {1, 2}, &answer), PILLION_OK);
    });
  }
  WaitUntil([&] { return client->stats().lanes == 20; });
  EXPECT_EQ(client->stats().lanes, 20u);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(client->stats().lane_waits, 0u);
  // The next connection begins with as many.
  StopServer();
  StartServer();
  WaitUntil([&] { return client->stats().connects == 2; });
  EXPECT_EQ(client->stats().lanes, 20u);
}

TEST_P(LanesTest, GrowNoFurtherThanTheServerGrants) {
  if (!shared()) GTEST_SKIP() << "lanes are of shared memory";
  StopServer();
  StartServer({.geometry_max = {4, 2048, 1024}});
  Client client = Connect(2);
  auto model = Bind(client, "slow");
  std::vector<std::thread> threads;
  for (int i = 0; i < 30; ++i) {
    threads.emplace_back([&] {
      auto answer = model.NewAnswer();
      for (int k = 0; k < 20; ++k) EXPECT_EQ(Score(model, {1, 2}, &answer), PILLION_OK);
    });
  }
  for (std::thread& thread : threads) thread.join();
  WaitUntil([&] { return client.stats().lanes == 4; });
  EXPECT_EQ(client.stats().lanes, 4u);
}

TEST_P(LanesTest, WhatFitsNoSlotIsSaidAndFitsTheNextTime) {
  Client client = Connect();
  auto model = Bind(client, "echo");
  auto answer = model.NewAnswer();
  ASSERT_EQ(Score(model, Row(10, 1), &answer), PILLION_OK);
  EXPECT_EQ(model.transport(), GetParam());
  const std::uint64_t before = client.stats().socket_overflows;
  ASSERT_EQ(Score(model, Row(20'000, 1), &answer), PILLION_OK);
  if (!shared()) {
    EXPECT_EQ(client.stats().socket_overflows, 0u);
    return;
  }
  EXPECT_EQ(model.transport(), "unix");
  EXPECT_EQ(client.stats().socket_overflows, before + 1);
  WaitUntil([&] { return client.stats().request_slot_bytes >= 20'000; });
  const std::uint64_t socket_calls = client.stats().socket_calls;
  ASSERT_EQ(Score(model, Row(20'000, 2), &answer), PILLION_OK);
  EXPECT_TRUE(BytesOf(&answer) == Row(20'000, 2));
  EXPECT_EQ(client.stats().socket_calls, socket_calls);
  EXPECT_EQ(model.transport(), "shm");
  // More than any slot holds.
  ASSERT_EQ(Score(model, Row(100'000, 2), &answer), PILLION_OK);
  EXPECT_EQ(model.transport(), "unix");
}

TEST_P(LanesTest, RingsComeAndGoUnderCalls) {
  Client client = Connect(1);
  auto model = Bind(client, "echo");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (std::uint64_t thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      auto answer = model.NewAnswer();
      for (std::uint64_t i = 0; i < 400; ++i) {
        // Longer and longer, so that ring follows ring.
        const Bytes8 row = Row(8 + i * (thread + 1) * 4, thread << 32 | i);
        if (Score(model, row, &answer) != PILLION_OK || BytesOf(&answer) != row) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(LanesTest, BindsWithoutTimeLeaveNothingBehind) {
  Client client = Connect();
  for (int i = 0; i < 200; ++i) {
    // Larger answers each time, so that each bind that comes through asks for a larger ring.
    std::vector<std::string> outputs;
    for (int k = 0; k < 50 + i; ++k) outputs.push_back("column" + std::to_string(k));
    client.Bind("echo", {outputs, std::chrono::microseconds(20 * i)});
  }
  // Those that are still under way count: PILLION_BUSY where they are many.
  WaitUntil([&] { return static_cast<bool>(client.Bind("echo")); });
  auto model = Bind(client, "echo");
  auto answer = model.NewAnswer();
  ASSERT_EQ(Score(model, Row(30'000, 3), &answer), PILLION_OK);
  if (!shared()) return;
  WaitUntil([&] { return client.stats().request_slot_bytes >= 30'000; });
  EXPECT_GE(client.stats().request_slot_bytes, 30'000u) << "the server has no ring left to give";
}

TEST_P(LanesTest, AQueueGetsAnswersThatFitNoSlot) {
  StopServer();
  StartServer({.geometry_max = {4, 2048, 256}});
  Client client = Connect();
  auto model = Bind(client, "echo", {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l",
                                     "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x"});
  auto queue = *client.NewQueue();
  std::vector<client_api::Answer> answers;
  std::vector<client_api::Row> rows;
  for (std::uint64_t i = 0; i < 40; ++i) {
    answers.push_back(model.NewAnswer());
    rows.push_back(model.NewRow());
    for (std::uint32_t column = 0; column < 24; ++column) {
      rows.back().Set(column, static_cast<double>(i * column));
    }
  }
  for (std::uint64_t i = 0; i < 40; ++i) {
    ASSERT_EQ(queue.Submit(model, rows[i], kPatience, i, &answers[i]), PILLION_OK);
  }
  std::size_t done = 0;
  while (done < 40) {
    for (const pillion_completion& completion : queue.Poll()) {
      EXPECT_EQ(completion.code, PILLION_OK);
      EXPECT_EQ(answers[completion.cookie].Double(23u),
                static_cast<double>(completion.cookie * 23));
      ++done;
    }
    if (!queue.Arm()) continue;
    pollfd event{queue.descriptor(), POLLIN, 0};
    ASSERT_EQ(poll(&event, 1, done < 40 ? 20'000 : 0), done < 40 ? 1 : 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Transports, LanesTest, ::testing::Values("shm", "unix"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Backoff, IsBoundedAndJittered) {
  std::uint64_t longest = 0;
  for (std::uint32_t attempt = 0; attempt < 100; ++attempt) {
    for (const std::uint64_t random : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{12345}}) {
      longest = std::max(longest, ReconnectPause(attempt, random));
    }
    EXPECT_NE(ReconnectPause(attempt, 0), ReconnectPause(attempt, 12345));
    EXPECT_GE(ReconnectPause(attempt, 0), kFirstPauseNs / 2);
  }
  EXPECT_LE(longest, 250'000'000u) << "a server that is back is found in a quarter of a second";
}

}  // namespace
}  // namespace pillion
