// What a client does when servers and processes come and go.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <thread>

#include "tests/conformance/conformance_fixture.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

class ConnectionTest : public Conformance {};

TEST_P(ConnectionTest, ComesBackWithItsModelsAfterARestart) {
  StartServer();
  Client client = Connect();
  auto model = Bind(client, "echo", {"x"});
  auto row = model.NewRow();
  row.Set(0u, 4.0);
  ASSERT_TRUE(model.Score(row, kPatience));
  for (int restart = 0; restart < 3; ++restart) {
    StopServer();
    WaitUntil([&] { return client.transport().empty(); });
    EXPECT_EQ(model.Score(row, kPatience).error().code, PILLION_SERVER_GONE);
    EXPECT_EQ(client.Bind("echo").error().code, PILLION_SERVER_GONE);
    StartServer();
    WaitUntil([&] { return !client.transport().empty(); });
    EXPECT_EQ(model.Score(row, kPatience)->Double(0u), 4.0);
  }
  EXPECT_EQ(client.stats().connects, 4u);
}

TEST_P(ConnectionTest, SaysThatTheSchemaChanged) {
  StartServer();
  Client client = Connect();
  auto model = Bind(client, "changing", {"x"});
  const auto row = model.NewRow();
  ASSERT_TRUE(model.Score(row, kPatience));
  StopServer();
  scorer_.ChangeSchema();
  StartServer();
  WaitUntil([&] { return client.stats().connects == 2; });
  EXPECT_EQ(model.Score(row, kPatience).error().code, PILLION_SCHEMA_CHANGED);
  auto again = Bind(client, "changing", {"x"});
  EXPECT_TRUE(again.Score(row, kPatience));
}

TEST_P(ConnectionTest, MayBeOpenedBeforeTheServer) {
  pillion_options options = PILLION_OPTIONS_INIT;
  options.connect_later = 1;
  auto client = Client::Connect(url(), options);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->transport(), "");
  const auto too_early = client->Bind("echo");
  EXPECT_EQ(too_early.error().code, PILLION_SERVER_GONE);
  EXPECT_THAT(too_early.error().text, HasSubstr(directory_.socket()));
  EXPECT_THAT(too_early.error().text, HasSubstr("No such file or directory"));
  StartServer();
  WaitUntil([&] { return !client->transport().empty(); });
  EXPECT_TRUE(client->Bind("echo"));
}

TEST_P(ConnectionTest, CallsInFlightEndWhenTheServerGoes) {
  StartServer({.drain_time_max = 20ms});
  Client client = Connect(4);
  auto model = Bind(client, "echo");
  std::vector<std::thread> threads;
  std::atomic<int> calls{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto answer = model.NewAnswer();
      pillion_code code = PILLION_OK;
      while ((code = Score(model, Row(100, 1), &answer)) == PILLION_OK) ++calls;
      EXPECT_TRUE(code == PILLION_SERVER_GONE || code == PILLION_DRAINING) << int{code};
    });
  }
  WaitUntil([&] { return calls > 100; });
  StopServer();
  for (std::thread& thread : threads) thread.join();
}

TEST_P(ConnectionTest, AChildOfForkIsToldAndLeavesTheParentAlone) {
  StartServer();
  Client client = Connect();
  auto model = Bind(client, "echo");
  auto answer = model.NewAnswer();
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(Score(model, Row(50, 2), &answer), PILLION_OK);
    const pid_t child = fork();
    if (child == 0) {
      const bool told = Score(model, Row(50, 2), &answer) == PILLION_FORKED &&
                        client.Bind("echo").error().code == PILLION_FORKED &&
                        client.Ask("ready").error().code == PILLION_FORKED;
      pillion_close(client.get());
      _exit(told ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(Score(model, Row(50, 2), &answer), PILLION_OK);
}

TEST_P(ConnectionTest, ClosingOneClientLeavesTheOthersAlone) {
  StartServer();
  Client stays = Connect();
  auto model = Bind(stays, "echo");
  auto answer = model.NewAnswer();
  for (int i = 0; i < 30; ++i) {
    Client goes = Connect();
    auto its = Bind(goes, "echo");
    auto its_answer = its.NewAnswer();
    ASSERT_EQ(Score(its, Row(9, 1), &its_answer), PILLION_OK);
    ASSERT_EQ(Score(model, Row(10, 1), &answer), PILLION_OK);
  }
  WaitUntil([&] { return server_->server().client_count() == 1; });
  EXPECT_EQ(server_->server().client_count(), 1u);
}

TEST_P(ConnectionTest, BindsAndFreesForEver) {
  StartServer({.layouts_max = 4});
  Client client = Connect();
  for (int i = 0; i < 500; ++i) {
    auto model = client.Bind("echo");
    ASSERT_TRUE(model) << i << ": " << model.error().text;
  }
  std::vector<client_api::Model> kept;
  for (int i = 0; i < 4; ++i) kept.push_back(Bind(client, "echo"));
  EXPECT_EQ(client.Bind("echo").error().code, PILLION_REFUSED);
}

INSTANTIATE_TEST_SUITE_P(Transports, ConnectionTest, ::testing::Values("shm", "unix"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace pillion
