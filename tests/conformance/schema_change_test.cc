// The server goes over to a version of a model with other columns, while clients have it bound.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/conformance/conformance_fixture.h"
#include "tests/support/run_on.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

class SchemaChangeTest : public Conformance {
 protected:
  void SetUp() override { StartServer(); }

  void ChangeSchema() {
    testing::RunOn(server_->server().io(), [this] {
      scorer_.ChangeSchema();
      server_->server().Rebind([](std::string_view model) { return model == "changing"; });
    });
  }
  // Until the program is told, as it is by some call.
  static void ScoreUntilTold(const client_api::Model& model, const client_api::Row& row) {
    WaitUntil([&] {
      const auto answer = model.Score(row, kPatience);
      return !answer && answer.error().code == PILLION_SCHEMA_CHANGED;
    });
  }
  // Makes rows anew where it is told to, as a program does.
  static void ScoreUntilAnswered(const client_api::Model& model) {
    bool answered = false;
    WaitUntil([&] { return answered = static_cast<bool>(model.Score(model.NewRow(), kPatience)); });
    EXPECT_TRUE(answered);
  }
};

TEST_P(SchemaChangeTest, TheModelIsBoundAgainByItself) {
  Client client = Connect();
  const auto model = Bind(client, "changing", {"x"});
  auto old_row = model.NewRow();
  old_row.Set("x", 1.0).Set("even", 2.0);
  ASSERT_TRUE(model.Score(old_row, kPatience));
  ChangeSchema();
  ScoreUntilTold(model, old_row);
  ScoreUntilAnswered(model);
  auto row = model.NewRow();
  row.Set("x", 3.0).Set("odd", 4.0);
  const auto answer = model.Score(row, kPatience);
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->Double("odd"), 4.0);
}

TEST_P(SchemaChangeTest, ColumnsStayWhatTheyWereUntilTheProgramIsTold) {
  Client client = Connect();
  const auto model = Bind(client, "changing", {"x"});
  const auto other = Bind(client, "changing", {"x"});
  auto row = model.NewRow();
  ChangeSchema();
  ScoreUntilTold(other, other.NewRow());
  ScoreUntilAnswered(other);
  EXPECT_STREQ(pillion_input_name(model.get(), 1), "even");
  EXPECT_STREQ(pillion_input_name(other.get(), 1), "odd");
  ScoreUntilTold(model, row);
  ScoreUntilAnswered(model);
  EXPECT_STREQ(pillion_input_name(model.get(), 1), "odd");
}

TEST_P(SchemaChangeTest, WhatHasTheOldColumnsIsRefusedByName) {
  Client client = Connect();
  const auto model = Bind(client, "changing", {"x"});
  const auto old_row = model.NewRow();
  auto old_answer = model.NewAnswer();
  ChangeSchema();
  ScoreUntilTold(model, old_row);
  ScoreUntilAnswered(model);
  const auto refused = model.Score(old_row, kPatience);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, PILLION_SCHEMA_CHANGED);
  EXPECT_THAT(refused.error().text, HasSubstr("the row has the columns that 'changing' had"));
  EXPECT_EQ(model.Score(model.NewRow(), kPatience, &old_answer), PILLION_SCHEMA_CHANGED);
  const auto echo = Bind(client, "echo", {"x"});
  EXPECT_EQ(model.Score(echo.NewRow(), kPatience).error().code, PILLION_WRONG_MODEL);
}

TEST_P(SchemaChangeTest, MayHappenMoreOftenThanAClientMayHaveLayouts) {
  server_.reset();
  StartServer({.layouts_max = 4});
  Client client = Connect();
  const auto model = Bind(client, "changing", {"x"});
  for (int change = 0; change < 40; ++change) {
    const auto row = model.NewRow();
    ChangeSchema();
    ScoreUntilTold(model, row);
    ScoreUntilAnswered(model);
  }
}

TEST_P(SchemaChangeTest, AModelThatIsFreedGivesBackWhatWasBoundAgain) {
  server_.reset();
  StartServer({.layouts_max = 4});
  Client client = Connect();
  for (int i = 0; i < 12; ++i) {
    const auto sees_the_change = Bind(client, "changing", {"x"});
    {
      const auto model = Bind(client, "changing", {"x"});
      const auto row = model.NewRow();
      ChangeSchema();
      ScoreUntilTold(model, row);  // by the server; the keeper binds it again
      ScoreUntilTold(sees_the_change, sees_the_change.NewRow());
      ScoreUntilAnswered(sees_the_change);
    }
  }
}

TEST_P(SchemaChangeTest, QueuesAreToldToo) {
  Client client = Connect();
  const auto model = Bind(client, "changing", {"x"});
  auto queue = *client.NewQueue();
  const auto submit = [&] {
    auto answer = model.NewAnswer();
    const auto row = model.NewRow();
    const pillion_code code = queue.Submit(model, row, kPatience, 1, &answer);
    if (code != PILLION_OK) return code;
    std::vector<pillion_completion> done;
    while (done.empty()) {
      queue.Wait(kPatience);
      done = queue.Poll(1);
    }
    return done[0].code;
  };
  ASSERT_EQ(submit(), PILLION_OK);
  ChangeSchema();
  WaitUntil([&] { return submit() == PILLION_SCHEMA_CHANGED; });
  WaitUntil([&] { return submit() == PILLION_OK; });
  EXPECT_STREQ(pillion_input_name(model.get(), 1), "odd");
}

TEST_P(SchemaChangeTest, ThreadsSeeOldOrNewColumnsAndNothingElse) {
  Client client = Connect(4);
  const auto model = Bind(client, "changing", {"x"});
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> strange{PILLION_OK};  // the last other code
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        const auto answer = model.Score(model.NewRow(), kPatience);
        if (answer) {
          ++answered;
        } else if (answer.error().code != PILLION_SCHEMA_CHANGED) {
          strange = answer.error().code;
        }
      }
    });
  }
  for (int change = 0; change < 30; ++change) {
    ChangeSchema();
    const int before = answered;
    WaitUntil([&] { return answered > before + 20; });
    EXPECT_GT(answered, before + 20);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(strange, PILLION_OK);
}

INSTANTIATE_TEST_SUITE_P(Transports, SchemaChangeTest, ::testing::Values("shm", "unix"));

}  // namespace
}  // namespace pillion
