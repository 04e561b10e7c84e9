// A client that asks for much work: the others get theirs meanwhile, and nobody works for one that
// has left, or on what is too late.
#include <gtest/gtest.h>

#include <thread>

#include "tests/hostile/grinding_scorer.h"
#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

constexpr std::size_t kManyRows = 4000;
constexpr std::uint32_t kRowUs = 500;

class Turns : public ::testing::Test {
 protected:
  struct Client {
    explicit Client(const std::string& path) : raw(path) {
      if (!raw.Greet({.features = kFeatureSharedMemory,
                      .lane_count = 4,
                      .request_slot_bytes = 17 * 1024,
                      .answer_slot_bytes = 17 * 1024})) {
        throw std::runtime_error("refused");
      }
      layout = raw.Bind("grind");
      lane = raw.Lane(0);
    }
    // By the socket.
    void SendBatch(std::uint64_t tag, std::span<const std::byte> batch,
                   std::uint64_t deadline_ns = 0) {
      raw.Send(MessageType::kScore, tag, ScoreBody{layout, 2, 0, deadline_ns}, batch);
    }
    // By the ring.
    std::uint64_t Submit(RequestKind kind, std::span<const std::byte> bytes,
                         std::uint64_t deadline_ns = 0) {
      const std::uint64_t sequence = lane.TrySubmit({kind, layout, deadline_ns}, bytes);
      if (lane.MustKick()) raw.Kick();
      return sequence;
    }
    bool HasAnswer() {
      pollfd readable{raw.socket_fd(), POLLIN, 0};
      return poll(&readable, 1, 0) == 1;
    }

    RawClient raw;
    std::uint16_t layout = 0;
    ClientLane lane;
  };

  void ExpectScores(Client* client, int calls) {
    const std::vector<std::byte> row = Grind(1, 1);
    for (int i = 0; i < calls; ++i) {
      const auto head = client->raw.Score(&client->lane, client->layout, row);
      ASSERT_TRUE(head);
      ASSERT_EQ(head->code, ScoreCode::kOk);
      ASSERT_EQ(client->raw.answer(), row);
    }
  }
  static AnswerBody AnswerIn(const ReceivedFrame& frame) {
    AnswerBody body{};
    std::memcpy(&body, frame.body.data(), std::min(sizeof(body), frame.body.size()));
    return body;
  }

  GrindingScorer scorer_;
  TestServer server_{{.workers = 1, .drain_time_max = std::chrono::milliseconds(300)}, &scorer_};
};

TEST_F(Turns, RowsDoNotWaitForTheEndOfABatch) {
  Client greedy(server_.path());
  Client honest(server_.path());
  greedy.SendBatch(5, Grind(kManyRows, kRowUs));
  while (scorer_.rows() == 0) std::this_thread::yield();
  ExpectScores(&honest, 100);
  EXPECT_FALSE(greedy.HasAnswer());
  EXPECT_LT(scorer_.rows(), kManyRows);
}

TEST_F(Turns, RowsDoNotWaitForAllTheLanesOfAnother) {
  Client greedy(server_.path());
  Client honest(server_.path());
  const std::vector<std::byte> batch = Grind(kManyRows, kRowUs);
  for (std::uint32_t i = 0; i < greedy.raw.geometry().lane_count; ++i) {
    greedy.lane = greedy.raw.Lane(i);
    for (std::uint32_t j = 0; j < kLaneSlots; ++j) greedy.Submit(RequestKind::kBatch, batch);
  }
  while (scorer_.rows() == 0) std::this_thread::yield();
  ExpectScores(&honest, 100);
  EXPECT_LT(scorer_.rows(), kManyRows);
}

TEST_F(Turns, AShortBatchOvertakesALongOne) {
  Client greedy(server_.path());
  Client honest(server_.path());
  greedy.SendBatch(5, Grind(kManyRows, kRowUs));
  while (scorer_.rows() == 0) std::this_thread::yield();
  const std::vector<std::byte> batch = Grind(50, 20);
  honest.SendBatch(6, batch);
  const auto answer = honest.raw.Receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(AnswerIn(*answer).code, 0);
  EXPECT_TRUE(std::ranges::equal(std::span(answer->body).subspan(sizeof(AnswerBody)), batch));
  EXPECT_FALSE(greedy.HasAnswer());
}

// Neither does who takes the longer turns get more.
TEST_F(Turns, TimeIsSharedBetweenThoseWhoWantAllOfIt) {
  Client slow(server_.path());
  Client fast(server_.path());
  const std::size_t slow_rows = 400;
  slow.SendBatch(5, Grind(slow_rows, 1000));
  while (scorer_.rows() == 0) std::this_thread::yield();
  fast.SendBatch(6, Grind(4000, 20));  // 80 ms beside 400 ms
  ASSERT_TRUE(fast.raw.Receive());
  EXPECT_FALSE(slow.HasAnswer());
  ASSERT_TRUE(slow.raw.Receive());
}

TEST_F(Turns, WhatAClientLeavesBehindIsNotScored) {
  Client honest(server_.path());
  {
    Client leaving(server_.path());
    for (std::uint32_t i = 0; i < kLaneSlots; ++i) {
      leaving.Submit(RequestKind::kRow, Grind(1, 20'000));
    }
    leaving.SendBatch(5, Grind(kManyRows, kRowUs));
    while (scorer_.rows() == 0) std::this_thread::yield();
  }
  ExpectScores(&honest, 1);
  while (server_.server().client_count() != 1) std::this_thread::yield();
  const std::uint64_t rows = scorer_.rows();
  EXPECT_LT(rows, kLaneSlots);
  ExpectScores(&honest, 3);
  EXPECT_EQ(scorer_.rows(), rows + 3);
}

TEST_F(Turns, RowsThatAreTooLateAreNotScored) {
  Client client(server_.path());
  const std::uint64_t deadline = MonotonicNs() + 30'000'000;
  std::vector<std::uint64_t> sequences;
  for (std::uint32_t i = 0; i < kLaneSlots; ++i) {
    sequences.push_back(client.Submit(RequestKind::kRow, Grind(1, 10'000), deadline));
  }
  std::uint64_t scored = 0;
  std::uint64_t late = 0;
  for (const std::uint64_t sequence : sequences) {
    while (!client.lane.Answered(sequence)) std::this_thread::yield();
    std::span<const std::byte> payload;
    const ScoreCode code = client.lane.Read(sequence, &payload).code;
    client.lane.Consume(sequence);
    (code == ScoreCode::kOk ? scored : late) += 1;
    EXPECT_TRUE(code == ScoreCode::kOk || code == ScoreCode::kDeadline);
  }
  EXPECT_GE(late, kLaneSlots - 4);
  EXPECT_EQ(scorer_.rows(), scored);
}

TEST_F(Turns, ABatchThatIsTooLateEndsThere) {
  Client client(server_.path());
  client.SendBatch(5, Grind(kManyRows, kRowUs), MonotonicNs() + 20'000'000);
  const auto answer = client.raw.Receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(static_cast<ScoreCode>(AnswerIn(*answer).code), ScoreCode::kDeadline);
  EXPECT_LT(scorer_.rows(), kManyRows / 2);
  const std::vector<std::byte> batch = Grind(3, 1);
  client.SendBatch(6, batch);
  const auto next = client.raw.Receive();
  ASSERT_TRUE(next);
  EXPECT_TRUE(std::ranges::equal(std::span(next->body).subspan(sizeof(AnswerBody)), batch));
}

TEST_F(Turns, AClientsOwnRequestsKeepTheirAnswers) {
  Client client(server_.path());
  std::vector<std::uint64_t> sequences;
  for (std::uint32_t i = 0; i < 30; ++i) {
    sequences.push_back(client.Submit(i % 3 == 0 ? RequestKind::kBatch : RequestKind::kRow,
                                      Grind(1 + i * 10, 5 + i)));
    client.SendBatch(100 + i, Grind(40 + i, i));
  }
  for (std::uint32_t i = 0; i < 30; ++i) {
    while (!client.lane.Answered(sequences[i])) std::this_thread::yield();
    std::span<const std::byte> payload;
    EXPECT_EQ(client.lane.Read(sequences[i], &payload).code, ScoreCode::kOk);
    EXPECT_TRUE(std::ranges::equal(payload, Grind(1 + i * 10, 5 + i))) << i;
    client.lane.Consume(sequences[i]);
    const auto answer = client.raw.Receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.tag, 100 + i);
    EXPECT_TRUE(
        std::ranges::equal(std::span(answer->body).subspan(sizeof(AnswerBody)), Grind(40 + i, i)));
  }
}

TEST_F(Turns, ADrainEndsInTheMiddleOfABatch) {
  Client greedy(server_.path());
  greedy.SendBatch(5, Grind(kManyRows, 10 * kRowUs));  // 20 s
  while (scorer_.rows() == 0) std::this_thread::yield();
  server_.Stop();
  EXPECT_LT(scorer_.rows(), kManyRows);
}

}  // namespace
}  // namespace pillion
