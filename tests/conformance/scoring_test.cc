// What a call gives, whichever way it goes.
#include <gmock/gmock.h>

#include <thread>

#include "tests/conformance/conformance_fixture.h"

namespace pillion {
namespace {

class Scoring : public Conformance {
 protected:
  void SetUp() override { StartServer(); }
};

TEST_P(Scoring, GoesTheWayThatWasDialled) { EXPECT_EQ(Connect().transport(), GetParam()); }

TEST_P(Scoring, BringsEveryByteBack) {
  Client client = Connect();
  auto model = Bind(client, "echo");
  auto answer = model.NewAnswer();
  for (std::size_t size = 0; size < 1500; size += 1 + size / 50) {
    ASSERT_EQ(Score(model, Row(size, size), &answer), PILLION_OK) << size;
    ASSERT_EQ(BytesOf(&answer), Row(size, size));
    EXPECT_EQ(answer.version(), 1u);
  }
}

TEST_P(Scoring, TakesRowsAndAnswersThatNoSlotHolds) {
  Client client = Connect();
  auto model = Bind(client, "echo");
  auto answer = model.NewAnswer();
  for (const std::size_t size : {400u, 1128u, 1129u, 65'536u, 1'000'000u, 4'000'000u}) {
    ASSERT_EQ(Score(model, Row(size, 1), &answer), PILLION_OK) << size;
    ASSERT_TRUE(BytesOf(&answer) == Row(size, 1)) << size;
  }
  EXPECT_NE(Score(model, Row(5'000'000, 1), &answer), PILLION_OK);
  EXPECT_EQ(Score(model, Row(10, 1), &answer), PILLION_OK) << "the connection goes on";
}

TEST_P(Scoring, ReadsWhatItWrote) {
  Client client = Connect();
  auto model = Bind(client, "echo", {"bedrooms", "price"});
  ASSERT_TRUE(model.Input("price"));
  EXPECT_EQ(*model.Input("price"), 1u);
  EXPECT_FALSE(model.Input("nothing"));
  auto row = model.NewRow();
  row.Set("bedrooms", 3).Set("price", 0.1);
  auto answer = model.Score(row, kPatience);
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->Double("bedrooms"), 3.0);
  EXPECT_EQ(answer->Double(1), 0.1);
  EXPECT_FALSE(answer->Double("nothing"));
  EXPECT_FALSE(answer->IsNull(0));
  row.Clear();
  EXPECT_TRUE(model.Score(row, kPatience)->IsNull(0));
  EXPECT_EQ(model.ScoreOr(row, kPatience, "price", 7.5), 7.5);
}

TEST_P(Scoring, ARowWithAFaultIsNotSent) {
  Client client = Connect();
  auto model = Bind(client, "echo", {"bedrooms"});
  auto row = model.NewRow();
  row.Set("bathrooms", 3);
  EXPECT_EQ(model.Score(row, kPatience).error().code, PILLION_UNKNOWN_COLUMN);
  row.Clear();
  row.Set("bedrooms", "three");
  EXPECT_NE(model.Score(row, kPatience).error().code, PILLION_OK);
  EXPECT_THAT(row.fault(), ::testing::HasSubstr("bedrooms"));
}

TEST_P(Scoring, PassesEveryCodeOn) {
  Client client = Connect();
  auto model = Bind(client, "moody");
  auto answer = model.NewAnswer();
  for (int code = 0; code < 256; ++code) {
    const Bytes8 request{static_cast<std::uint8_t>(code), 42};
    EXPECT_EQ(Score(model, request, &answer), code);
    EXPECT_EQ(BytesOf(&answer), request) << "a failure has an answer too";
  }
}

TEST_P(Scoring, RefusesAnUnknownModelByName) {
  Client client = Connect();
  const auto model = client.Bind("no such model");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, PILLION_UNKNOWN_MODEL);
  EXPECT_THAT(model.error().text, ::testing::HasSubstr("no such model"));
}

TEST_P(Scoring, EndsByTheDeadlineAndNeverTakesALateAnswer) {
  Client client = Connect(1);
  auto model = Bind(client, "slow");
  auto answer = model.NewAnswer();
  for (std::uint8_t i = 0; i < 20; ++i) {
    EXPECT_EQ(Score(model, {30, i}, &answer, 2ms), PILLION_DEADLINE);
    EXPECT_TRUE(BytesOf(&answer).empty());
  }
  // All but the first were dropped by their deadline. The answers that come now are new ones.
  for (std::uint8_t i = 100; i < 110; ++i) {
    ASSERT_EQ(Score(model, {0, i}, &answer), PILLION_OK);
    EXPECT_EQ(BytesOf(&answer), (Bytes8{0, i}));
  }
}

TEST_P(Scoring, TimeIsUpBeforeItBegan) {
  Client client = Connect();
  auto model = Bind(client, "slow");
  auto answer = model.NewAnswer();
  EXPECT_EQ(Score(model, {200}, &answer, 0ns), PILLION_DEADLINE);
  EXPECT_EQ(Score(model, {200}, &answer, -1ns), PILLION_DEADLINE);
}

TEST_P(Scoring, ThreadsNeverGetEachOthersAnswers) {
  Client client = Connect(2);
  auto model = Bind(client, "echo");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (std::uint64_t thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&, thread] {
      auto answer = model.NewAnswer();
      for (std::uint64_t i = 0; i < 2000; ++i) {
        const Bytes8 row = Row(8 + i % 500, thread << 32 | i);
        if (Score(model, row, &answer) != PILLION_OK || BytesOf(&answer) != row) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(Scoring, ManyAtOnceEndByTheirDeadlineAndSaySo) {
  Client client = Connect(1);
  auto model = Bind(client, "slow", {"x"});
  std::vector<client_api::Row> rows;
  for (int i = 0; i < 500; ++i) {
    rows.push_back(model.NewRow());
    rows.back().Set(0u, i * 1.0);
  }
  std::vector<client_api::Answer> answers;
  const std::size_t ok = model.ScoreEach(rows, 40ms, &answers);
  EXPECT_LT(ok, rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(answers[i].code(), i < ok ? PILLION_OK : PILLION_DEADLINE) << i;
  }
  // What was given up still holds the slots for a moment. A call waits for one.
  for (int i = 0; i < 10; ++i) {
    const auto answer = model.Score(rows[0], kPatience);
    ASSERT_TRUE(answer) << answer.error().text;
  }
  model.ScoreEach(rows, 20ms, &answers);
  rows.erase(rows.begin() + 10, rows.end());
  EXPECT_EQ(model.ScoreEach(rows, kPatience, &answers), rows.size());
}

TEST_P(Scoring, ManyAtOnceWithoutTimeAreNotSent) {
  Client client = Connect();
  auto model = Bind(client, "echo", {"x"});
  std::vector<client_api::Row> rows;
  for (int i = 0; i < 3000; ++i) rows.push_back(model.NewRow());
  std::vector<client_api::Answer> answers;
  ASSERT_EQ(model.ScoreEach(rows, kPatience, &answers), rows.size());
  const std::uint64_t before = ServerCount(client, "requests_ring") +  //
                               ServerCount(client, "requests_socket");
  EXPECT_LT(model.ScoreEach(rows, 1us, &answers), rows.size());
  EXPECT_EQ(answers.back().code(), PILLION_DEADLINE);
  EXPECT_LE(ServerCount(client, "requests_ring") + ServerCount(client, "requests_socket"),
            before + 64);
}

TEST_P(Scoring, ScoresManyAtOnce) {
  Client client = Connect();
  auto model = Bind(client, "echo", {"x"});
  std::vector<client_api::Row> rows;
  for (int i = 0; i < 700; ++i) {
    rows.push_back(model.NewRow());
    rows.back().Set(0u, i * 1.5);
  }
  rows[300].Clear();
  rows[300].Set("y", 1.0);
  std::vector<client_api::Answer> answers;
  EXPECT_EQ(model.ScoreEach(rows, kPatience, &answers), 699u);
  ASSERT_EQ(answers.size(), rows.size());
  for (std::uint32_t i = 0; i < answers.size(); ++i) {
    if (i == 300) {
      EXPECT_EQ(answers[i].code(), PILLION_UNKNOWN_COLUMN);
    } else {
      EXPECT_EQ(answers[i].Double(0u), i * 1.5);
    }
  }
}

TEST_P(Scoring, AnswersQuestions) {
  Client client = Connect();
  EXPECT_THAT(*client.Ask("status"), ::testing::HasSubstr("\"clients\":1"));
  EXPECT_EQ(*client.Ask("ready"), "{\"ready\":true}");
  EXPECT_EQ(client.Ask("the way").error().code, PILLION_UNSUPPORTED);
}

INSTANTIATE_TEST_SUITE_P(Transports, Scoring, ::testing::Values("shm", "unix"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Fallback, TakesTheSocketWhereMemoryIsRefused) {
  TestServer server({.shared_memory = false});
  auto client = Client::Connect("shm:" + server.path());
  ASSERT_TRUE(client);
  EXPECT_EQ(client->transport(), "unix");
  auto model = client->Bind("echo", {{"x"}});
  auto row = model->NewRow();
  row.Set(0u, 2.0);
  EXPECT_EQ(model->Score(row, kPatience)->Double(0u), 2.0);
}

TEST(Urls, AreRefusedWithAReason) {
  for (const char* url : {"", "shm:", "http://x", "shm", "unix"}) {
    const auto client = Client::Connect(url);
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().code, PILLION_UNSUPPORTED);
  }
  EXPECT_EQ(Client::Connect("unix:/no/such/socket").error().code, PILLION_SERVER_GONE);
}

}  // namespace
}  // namespace pillion
