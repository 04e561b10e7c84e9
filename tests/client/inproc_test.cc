// The engine in this process behind the client's interface: what is its own. That it answers as a
// server does, fault_test.cc and tests/sidecar/scoring/ hold.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "schemas/rows/batch_encoder.h"
#include "tests/client/model_fixture.h"
#include "tests/support/paths.h"

namespace pillion {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class InprocTest : public ModelFixture {
 protected:
  static std::string FailureOf(const std::string& path, pillion_code* code = nullptr) {
    const auto client = Client::Connect("inproc:" + path);
    if (code != nullptr) *code = client ? pillion_code{PILLION_OK} : client.error().code;
    return client ? "" : client.error().text;
  }
  static std::string FailureWith(const std::string& engine, const std::string& path) {
    setenv("PILLION_ENGINE", engine.c_str(), 1);
    std::string failure = FailureOf(path);
    unsetenv("PILLION_ENGINE");
    return failure;
  }
};

TEST_P(InprocTest, SaysHowRowsTravelAndCountsThem) {
  const BoundTo model = Bind("house");
  EXPECT_EQ(client_->transport(), "inproc");
  EXPECT_EQ(model.transport(), "inproc");
  EXPECT_TRUE(model.Score(RowOf(model, 2, "Bern"), kPatience));
  EXPECT_FALSE(model.Score(RowOf(model, 2, "Paris"), kPatience));
  EXPECT_EQ(client_->stats().inproc_calls, 2u);
  EXPECT_EQ(client_->stats().inproc_failures, 1u);
  EXPECT_EQ(client_->stats().ring_calls + client_->stats().socket_calls, 0u);
  EXPECT_EQ(*client_->Ask("ready"), R"({"ready":true})");
}

TEST_P(InprocTest, WhatOnlyAServerKnowsIsRefusedByName) {
  char text[256];
  EXPECT_EQ(pillion_ask(client_->get(), "status", 0, text, sizeof(text), nullptr),
            PILLION_UNSUPPORTED);
  EXPECT_THAT(text, AllOf(HasSubstr("\"models\" and \"ready\""), HasSubstr("pillion serve")));
}

TEST_P(InprocTest, ADeadlineThatPassedIsOver) {
  const BoundTo model = Bind("house");
  const auto late = model.Score(RowOf(model, 2, "Bern"), 0ns);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, PILLION_DEADLINE);
}

// A long batch is given up in its middle, and the model goes on.
TEST_P(InprocTest, ABatchEndsAtItsDeadline) {
  const BoundTo model = Bind("house");
  std::size_t bytes = 0;
  const auto* description =
      static_cast<const std::byte*>(pillion_model_description(model.get(), &bytes));
  RowEncoder row(std::make_shared<const RowLayout>(
      *RowLayout::Make(DecodeLayoutDescription({description, bytes})->inputs)));
  row.Set(*model.Input("number"), 2.0);
  row.Set(*model.Input("city"), "Bern");
  BatchEncoder batch;
  for (int i = 0; i < 40'000; ++i) batch.Add(row);
  const auto request = batch.Finish();
  Answer answer = model.NewAnswer();
  const auto score = [&](std::uint64_t timeout_ns) {
    return pillion_score_bytes(model.get(), PILLION_BATCH, request.data(), request.size(),
                               timeout_ns, answer.get());
  };
  EXPECT_EQ(score(500'000), PILLION_DEADLINE);
  EXPECT_EQ(score(600'000'000'000), PILLION_OK);
}

TEST_P(InprocTest, RequestsMayBeginAtAnyByte) {
  const BoundTo model = Bind("house");
  const Row row = RowOf(model, 2, "Basel");
  std::size_t bytes = 0;
  const void* const request = pillion_row_bytes(row.get(), &bytes);
  std::vector<char> moved(bytes + 8);
  Answer answer = model.NewAnswer();
  for (std::size_t by = 0; by < 8; ++by) {
    std::memcpy(moved.data() + by, request, bytes);
    ASSERT_EQ(pillion_score_bytes(model.get(), PILLION_ROW, moved.data() + by, bytes, 1'000'000'000,
                                  answer.get()),
              PILLION_OK);
    EXPECT_EQ(answer.Double("city_index"), 1.0);
  }
}

TEST_P(InprocTest, AQueueHasEndedWhatItTook) {
  const BoundTo model = Bind("house");
  auto queue = *client_->NewQueue();
  std::vector<Answer> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(model.NewAnswer());
  const int descriptor = queue.descriptor();
  ASSERT_GE(descriptor, 0);
  EXPECT_TRUE(queue.Arm()) << "nothing is under way";
  const Row bern = RowOf(model, 2, "Bern");
  const Row paris = RowOf(model, 2, "Paris");
  ASSERT_EQ(queue.Submit(model, bern, kPatience, 7, &answers[0]), PILLION_OK);
  ASSERT_EQ(queue.Submit(model, paris, kPatience, 8, &answers[1]), PILLION_OK);
  ASSERT_EQ(queue.Submit(model, bern, 0ns, 9, &answers[2]), PILLION_OK);
  EXPECT_FALSE(queue.Arm()) << "a poll reports something";
  queue.Wait(kPatience);
  const auto done = queue.Poll();
  ASSERT_EQ(done.size(), 3u);
  EXPECT_EQ(done[0].cookie, 7u);
  EXPECT_EQ(answers[0].Double("city_index"), 0.0);
  EXPECT_EQ(done[1].code, static_cast<pillion_code>(ScoreCode::kUnseenLabel));
  EXPECT_EQ(done[2].code, PILLION_DEADLINE);
  pollfd readable{descriptor, POLLIN, 0};
  EXPECT_EQ(poll(&readable, 1, 0), 0) << "or a loop would spin";
  EXPECT_TRUE(queue.Poll().empty());
}

TEST_P(InprocTest, AnyNumberOfThreadsScoresAtOnce) {
  const BoundTo model = Bind("house");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 80; ++t) {  // more than there are places for workspaces
    threads.emplace_back([&, t] {
      const char* const city = t % 2 == 0 ? "Bern" : "Basel";
      Answer answer = model.NewAnswer();
      for (int i = 0; i < 200; ++i) {
        const Row row = RowOf(model, 2, i % 7 == 0 ? "Paris" : city);
        const pillion_code code = model.Score(row, kPatience, &answer);
        if (i % 7 == 0 ? code == PILLION_OK : answer.Double("city_index") != t % 2) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(client_->stats().inproc_calls, 80u * 200u);
}

TEST_P(InprocTest, AChildOfForkGoesOn) {
  const BoundTo model = Bind("house");
  const Row row = RowOf(model, 2, "Basel");
  ASSERT_TRUE(model.Score(row, kPatience));
  const pid_t child = fork();
  if (child == 0) {
    const auto answer = model.Score(row, kPatience);
    const auto again = client_->Bind("other");
    _exit(answer && answer->Double("city_index") == 1.0 && again ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(model.Score(row, kPatience)) << "and so does the parent";
}

TEST_P(InprocTest, RowsAndAnswersOutliveModelAndClient) {
  auto own = Client::Connect("inproc:" + bundle_.root().string());
  ASSERT_TRUE(own) << own.error().text;
  const std::string name = bundle_.root().filename();
  pillion_model* model = nullptr;
  ASSERT_EQ(pillion_bind(own->get(), name.c_str(), nullptr, 0, 0, &model, nullptr), PILLION_OK);
  pillion_row* row = pillion_row_new(model);
  pillion_answer* answer = pillion_answer_new(model);
  pillion_set_double(row, 0, 2);
  pillion_set_text(row, 1, "Basel", 5);
  ASSERT_EQ(pillion_score(model, row, 1'000'000'000, answer), PILLION_OK);
  const auto column = static_cast<std::uint32_t>(pillion_find_output(model, "city_index"));
  pillion_model_free(model);
  own = Error{};
  double value = 0;
  EXPECT_EQ(pillion_get_double(answer, column, &value), PILLION_OK);
  EXPECT_EQ(value, 1.0);
  pillion_row_free(row);
  pillion_answer_free(answer);
}

TEST_P(InprocTest, SaysWhichModelCannotBeHad) {
  pillion_code code = PILLION_OK;
  EXPECT_THAT(FailureOf("/nowhere/house.zip", &code), HasSubstr("/nowhere/house.zip"));
  EXPECT_EQ(code, PILLION_UNKNOWN_MODEL);
  const testing::TemporaryDirectory directory;
  EXPECT_THAT(FailureOf(directory.path(), &code),
              AllOf(HasSubstr(directory.path()), HasSubstr("NAME.zip")));
  EXPECT_EQ(code, PILLION_UNKNOWN_MODEL);
  const std::string damaged = directory.Write("damaged.zip", "PK\3\4 and no more");
  EXPECT_THAT(FailureOf(damaged, &code), HasSubstr(damaged));
  EXPECT_EQ(code, PILLION_REFUSED);
  EXPECT_THAT(FailureOf(directory.path(), &code), HasSubstr("damaged.zip"));
  EXPECT_EQ(code, PILLION_REFUSED);
  EXPECT_THAT(FailureOf("", &code), HasSubstr("inproc:PATH"));

  // Beside one that is damaged, another is to be had.
  std::filesystem::create_symlink(bundle_.root(), directory.path() / "whole");
  const auto client = Client::Connect("inproc:" + directory.path().string());
  ASSERT_TRUE(client) << client.error().text;
  EXPECT_TRUE(client->Bind("whole"));
  const auto none = client->Bind("damaged");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().text, HasSubstr("damaged.zip"));
  EXPECT_THAT(client->Bind("hole").error().text, HasSubstr("did you mean 'whole'?"));
}

TEST_P(InprocTest, SaysWhichLibraryCannotBeUsed) {
  const std::string model = bundle_.root();
  EXPECT_EQ(FailureWith("", model), "") << "an empty variable names none";
  EXPECT_THAT(FailureWith("/nowhere/engine.so", model),
              AllOf(HasSubstr("PILLION_ENGINE"), HasSubstr("/nowhere/engine.so")));
  EXPECT_THAT(FailureWith(BinaryDir() + "/lib/libother-engine.so", model),
              AllOf(HasSubstr("libother-engine.so"), HasSubstr("version 2"), HasSubstr("needs 1")));
  EXPECT_THAT(FailureWith("libz.so.1", model), HasSubstr("pillion_engine_abi"));
}

INSTANTIATE_TEST_SUITE_P(InProcess, InprocTest, ::testing::Values("inproc"));

}  // namespace
}  // namespace pillion
