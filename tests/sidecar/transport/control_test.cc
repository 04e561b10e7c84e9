// Probes and newcomers: whoever fills the places, the owner's questions are answered and other
// users get in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "sidecar/transport/open_files.h"
#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

using ::testing::HasSubstr;

std::string Ask(const std::string& path, Question question) {
  RawClient client(path);
  if (!client.Greet({.features = 0})) return "not let in";
  return client.Ask(question);
}

class ControlDoorTest : public ::testing::Test {
 protected:
  TransportOptions Options() {
    TransportOptions options;
    options.control_path = directory_.path() / "control.sock";
    return options;
  }
  void ExpectAnswers() {
    EXPECT_THAT(Ask(control(), Question::kReady), R"({"ready":true})");
    EXPECT_THAT(Ask(control(), Question::kStatus), HasSubstr(R"("ready":true)"));
  }
  std::string control() { return directory_.path() / "control.sock"; }

  TemporaryDirectory directory_;
};

TEST_F(ControlDoorTest, AnswersWhileAllClientsAreThere) {
  TestServer server(Options());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::uint32_t i = 0; i < TransportOptions().clients_max; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.path()));
    ASSERT_TRUE(clients.back()->Greet({.features = kFeatureSharedMemory, .lane_count = 1})) << i;
  }
  EXPECT_EQ(RawClient(server.path()).Receive()->code(), ScoreCode::kBusy);
  ExpectAnswers();
}

TEST_F(ControlDoorTest, AnswersWhileSilentConnectionsAreRenewed) {
  TransportOptions options = Options();
  options.handshake_time_max = std::chrono::minutes(10);
  TestServer server(std::move(options));
  std::atomic<bool> stop = false;
  std::jthread renew([&] {
    std::vector<std::unique_ptr<RawClient>> silent(64);
    for (std::size_t i = 0; !stop; ++i) {
      try {
        silent[i % silent.size()] = std::make_unique<RawClient>(server.path());
      } catch (const std::runtime_error&) {  // the server's backlog is full
      }
    }
  });
  for (int i = 0; i < 20; ++i) {
    ExpectAnswers();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  stop = true;
}

TEST_F(ControlDoorTest, MakesRoomForNewcomersByTheOldestSilentOne) {
  TransportOptions options = Options();
  options.clients_max = 32;
  options.handshakes_max = 16;
  options.handshake_time_max = std::chrono::minutes(10);
  TestServer server(std::move(options));
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 40; ++i) silent.push_back(std::make_unique<RawClient>(server.path()));
  RawClient late(server.path());
  EXPECT_TRUE(late.Greet());
  EXPECT_THAT(Ask(server.path(), Question::kReady), R"({"ready":true})");
  for (int i = 0; i < 32; ++i) {  // all but the last half of 16, for one user
    const auto goodbye = silent[static_cast<std::size_t>(i)]->Receive();
    ASSERT_TRUE(goodbye) << i;
    EXPECT_EQ(goodbye->code(), ScoreCode::kBusy) << i;
  }
  EXPECT_FALSE(silent.back()->Closed());
  EXPECT_THAT(Ask(control(), Question::kStatus), HasSubstr(R"("clients_evicted":)"));
}

// Even the owner's own connections to it.
TEST_F(ControlDoorTest, IsNotFilledByThoseWhoHoldIt) {
  TestServer server(Options());
  std::vector<std::unique_ptr<RawClient>> holders;
  for (int i = 0; i < 100; ++i) {
    holders.push_back(std::make_unique<RawClient>(control()));
    if (i % 2 == 0) {
      ASSERT_TRUE(holders.back()->Greet({.features = 0}));
    }
  }
  ExpectAnswers();
}

TEST_F(ControlDoorTest, AnswersQuestionsOnly) {
  TestServer server(Options());
  RawClient client(control());
  ASSERT_TRUE(client.Greet());
  EXPECT_EQ(client.welcome().features, 0u) << "no memory is spent on it";
  client.Send(MessageType::kAsk, 3, AskBody{77, {}});
  EXPECT_EQ(client.Receive()->code(), ScoreCode::kUnsupported);
  std::vector<std::byte> frame;
  AppendPlainFrame(&frame, MessageType::kBind, 9, EncodeBind({"echo", {}}));
  client.SendBytes(frame);
  const auto refusal = client.Receive();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->header.tag, 9u);
  EXPECT_EQ(refusal->code(), ScoreCode::kRefused);
  client.Send(MessageType::kAsk, 4, AskBody{2, {}});
  EXPECT_EQ(client.Receive()->header.tag, 4u) << "it goes on";
  const FrameHeader huge{0xFFFFFFFF, MessageType::kAsk, 0, 5};
  client.SendBytes(std::as_bytes(std::span(&huge, 1)));
  EXPECT_FALSE(client.Receive());
  ExpectAnswers();
}

TEST_F(ControlDoorTest, IsTheOwnersAlone) {
  TestServer server(Options());
  struct stat status {};
  ASSERT_EQ(stat(control().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  if (geteuid() != 0) GTEST_SKIP() << "only root can connect as another user";
  ASSERT_EQ(chmod(control().c_str(), 0666), 0);
  ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
  std::thread([&] {
    ASSERT_EQ(syscall(SYS_setresuid, 4242, 4242, 4242), 0);
    EXPECT_EQ(RawClient(control()).Receive()->code(), ScoreCode::kRefused);
  }).join();
}

TEST_F(ControlDoorTest, IsMadeAnewWhereItWasRemoved) {
  TestServer server(Options());
  std::filesystem::remove(control());
  while (!std::filesystem::exists(control())) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ExpectAnswers();
}

TEST(Newcomers, OfOtherUsersGetInAlthoughOneHasAllPlaces) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can connect as another user";
  TestServer server({.socket_mode = 0666, .clients_max = 16});
  ASSERT_EQ(chmod(std::filesystem::path(server.path()).parent_path().c_str(), 0755), 0);
  std::vector<std::unique_ptr<RawClient>> hog;
  for (int i = 0; i < 16; ++i) {
    hog.push_back(std::make_unique<RawClient>(server.path()));
    ASSERT_TRUE(hog.back()->Greet({.features = 0}));
  }
  EXPECT_EQ(RawClient(server.path()).Receive()->code(), ScoreCode::kBusy);
  std::thread([&] {
    ASSERT_EQ(syscall(SYS_setresuid, 4242, 4242, 4242), 0);
    EXPECT_TRUE(RawClient(server.path()).Greet({.features = 0}));
  }).join();
}

TEST(Newcomers, OneUserMayBeHeldToLess) {
  TestServer server({.clients_max = 16, .clients_per_user_max = 1});
  RawClient first(server.path());
  ASSERT_TRUE(first.Greet());
  const auto refusal = RawClient(server.path()).Receive();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code(), ScoreCode::kBusy);
  EXPECT_THAT(std::string(Text(std::span(refusal->body).subspan(sizeof(CodeBody)))),
              HasSubstr("this user"));
}

// Containers and shells often have no more than 1,024.
TEST(OpenFiles, TheDefaultsFitTheUsualLimit) { EXPECT_LE(OpenFilesNeeded({}), 1024U); }

TEST(OpenFiles, AreReservedOrNamed) {
  TransportOptions options;
  options.clients_max = 100;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{200, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_TRUE(ReserveOpenFiles(options));
  rlimit raised{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &raised), 0);
  EXPECT_EQ(raised.rlim_cur, OpenFilesNeeded(options));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  // What a full server really has open is no more than that.
  TestServer server(options);
  const auto open = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto without = open();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.path()));
    ASSERT_TRUE(clients.back()->Greet({.features = kFeatureSharedMemory, .lane_count = 1}));
  }
  const auto of_the_clients = 100 * (1 + static_cast<std::ptrdiff_t>(kWelcomeDescriptors));
  // Three each, and what the last WELCOME passes on.
  EXPECT_LE(open() - without - of_the_clients, 303);
}

}  // namespace
}  // namespace pillion
