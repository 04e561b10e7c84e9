// What a client does when servers and processes come and go.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <thread>

#include "base/unique_fd.h"
#include "tests/conformance/conformance_fixture.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

class ConnectionTest : public Conformance {
 protected:
  static UniqueFd Listen(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const auto* const name = reinterpret_cast<const sockaddr*>(&address);
    if (bind(fd.get(), name, sizeof(address)) != 0 || listen(fd.get(), 64) != 0) return {};
    return fd;
  }
};

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
  EXPECT_TRUE(model.Score(model.NewRow(), kPatience));
  EXPECT_EQ(model.Score(row, kPatience).error().code, PILLION_SCHEMA_CHANGED);
  auto again = Bind(client, "changing", {"x"});
  EXPECT_TRUE(again.Score(again.NewRow(), kPatience));
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

// The pauses between a client's attempts stay short however long the server is away: they are
// told by counting the attempts that a listener without a protocol meets.
TEST_P(ConnectionTest, GoesOnTryingInShortPauses) {
  StartServer();
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(Connect());
  StopServer();
  for (const Client& client : clients) WaitUntil([&] { return client.transport().empty(); });
  std::this_thread::sleep_for(1s);
  const UniqueFd listener = Listen(directory_.socket());
  ASSERT_TRUE(listener);
  const auto end = std::chrono::steady_clock::now() + 3s;
  int attempts = 0;
  for (pollfd event{listener.get(), POLLIN, 0}; std::chrono::steady_clock::now() < end;) {
    if (poll(&event, 1, 10) != 1) continue;
    close(accept(listener.get(), nullptr, nullptr));
    ++attempts;
  }
  // Pauses of at most a second would make 24 to 48 attempts of these eight.
  EXPECT_GE(attempts, 8 * 3 * 4) << "more than 250 ms between attempts";
  unlink(directory_.socket().c_str());
  StartServer();
  for (const Client& client : clients) {
    WaitUntil([&] { return !client.transport().empty(); });
    EXPECT_TRUE(client.Bind("echo"));
  }
}

INSTANTIATE_TEST_SUITE_P(Transports, ConnectionTest, ::testing::Values("shm", "unix"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace pillion
