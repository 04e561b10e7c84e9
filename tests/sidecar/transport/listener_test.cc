// The socket's file and its lock: one server for each path, and nothing of anybody else's is lost.
#include "sidecar/transport/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "sidecar/transport/path_lock.h"
#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

UniqueFd BindAt(const std::string& path, int type) {
  UniqueFd bound(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  EXPECT_EQ(bind(bound.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return bound;
}

mode_t ModeOf(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 ? status.st_mode : 0;
}

std::size_t FilesIn(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {}));
}

TEST(Listener, TakesThePlaceOfASocketThatAKilledServerLeft) {
  TemporaryDirectory directory;
  BindAt(directory.socket(), SOCK_STREAM).Reset();
  BindAt(directory.socket() + ".new", SOCK_STREAM).Reset();
  auto listener = Listener::Open(directory.socket(), 0640);
  ASSERT_TRUE(listener) << listener.error();
  EXPECT_EQ(ModeOf(directory.socket()), S_IFSOCK | 0640u);
  EXPECT_TRUE(listener->InPlace());
  EXPECT_THAT(Listener::Open(directory.socket(), 0660).error(), HasSubstr("another server"));
  EXPECT_EQ(FilesIn(directory.path()), 1u);
  { const Listener gone = std::move(*listener); }
  EXPECT_EQ(FilesIn(directory.path()), 0u);
}

TEST(Listener, LeavesAndNamesWhatIsNotItsOwn) {
  for (const char* name : {"pillion.sock", "pillion.sock.new"}) {
    TemporaryDirectory directory;
    const fs::path path = directory.path() / name;
    const auto refused = [&](const std::string& why) {
      const mode_t before = ModeOf(path);
      const auto listener = Listener::Open(directory.socket(), 0660);
      ASSERT_FALSE(listener);
      EXPECT_THAT(listener.error(), HasSubstr(path.string()));
      EXPECT_THAT(listener.error(), HasSubstr(why));
      EXPECT_EQ(ModeOf(path), before);
      EXPECT_EQ(FilesIn(directory.path()), 1u) << why;
      fs::remove(path);
    };
    std::ofstream(path) << "rows";
    refused("a file");
    fs::create_directory(path);
    refused("a directory");
    fs::create_symlink("/nowhere", path);
    refused("a symbolic link");
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    refused("no socket");
    {
      const UniqueFd datagrams = BindAt(path, SOCK_DGRAM);
      refused("in use");
    }
    const UniqueFd other = BindAt(path, SOCK_STREAM);
    ASSERT_EQ(listen(other.get(), 5), 0);
    refused("another server");
  }
}

TEST(Listener, DoesNotWaitForAServerThatDoesNotAccept) {
  TemporaryDirectory directory;
  const UniqueFd other = BindAt(directory.socket(), SOCK_STREAM);
  ASSERT_EQ(listen(other.get(), 0), 0);
  const RawClient fills(directory.socket());
  EXPECT_THAT(Listener::Open(directory.socket(), 0660).error(), HasSubstr("another server"));
}

TEST(Listener, LeavesTheFileOfItsSuccessor) {
  TemporaryDirectory directory;
  auto first = Listener::Open(directory.socket(), 0600);
  ASSERT_TRUE(first);
  fs::remove(directory.socket());
  EXPECT_FALSE(first->InPlace());
  auto second = Listener::Open(directory.socket(), 0600);
  ASSERT_TRUE(second);
  { const Listener gone = std::move(*first); }
  EXPECT_TRUE(second->InPlace());
}

TEST(Listener, SaysWhatIsWrong) {
  EXPECT_THAT(Listener::Open("/no/such/directory/s", 0660).error(), HasSubstr("No such file"));
  EXPECT_THAT(Listener::Open("/tmp/" + std::string(120, 'x'), 0660).error(), HasSubstr("too long"));
}

TEST(PathLock, IsOneServersAtATime) {
  TemporaryDirectory directory;
  const std::string path = directory.socket() + ".lock";
  auto first = PathLock::Acquire(path);
  ASSERT_TRUE(first) << first.error();
  EXPECT_EQ(ModeOf(path), S_IFREG | 0600u);
  EXPECT_THAT(PathLock::Acquire(path).error(), HasSubstr("another server holds " + path));
  EXPECT_TRUE(first->InPlace());
  fs::remove(path);
  EXPECT_FALSE(first->InPlace());
  fs::create_symlink("/etc/hostname", path);
  EXPECT_FALSE(PathLock::Acquire(path)) << "another file was locked";
}

TEST(Server, IsAloneUnderItsPathHoweverManyStart) {
  EchoScorer scorer;
  for (int round = 0; round < 60; ++round) {
    TemporaryDirectory directory;
    // What makes it hard: each may find the left socket free and take its place.
    BindAt(directory.socket(), SOCK_STREAM).Reset();
    std::atomic<int> waiting = 4;
    std::vector<std::unique_ptr<Server>> servers(4);
    {
      std::vector<std::jthread> starts;
      for (std::unique_ptr<Server>& server : servers) {
        starts.emplace_back([&] {
          --waiting;
          while (waiting != 0) continue;
          TransportOptions options;
          options.socket_path = directory.socket();
          options.workers = 1;
          if (auto created = Server::Create(options, &scorer)) server = std::move(*created);
        });
      }
    }
    const auto alive = [](const auto& server) { return server != nullptr; };
    EXPECT_EQ(std::ranges::count_if(servers, alive), 1) << "round " << round;
  }
}

TEST(Server, MakesItsSocketAnewWhereItWasRemoved) {
  TestServer server;
  RawClient before(server.path());
  ASSERT_TRUE(before.Greet());
  const fs::path directory = fs::path(server.path()).parent_path();
  for (const fs::path& removed :
       {fs::path(server.path()), fs::path(server.path() + ".lock"), directory}) {
    ASSERT_GT(fs::remove_all(removed), 0u);
    while (!fs::exists(server.path()) || !fs::exists(server.path() + ".lock")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    RawClient after(server.path());
    EXPECT_TRUE(after.Greet()) << removed;
    EXPECT_NE(before.Bind("echo"), 0) << "the clients that it has go on";
  }
}

TEST(Server, EndsWhereItsSocketIsLostForGood) {
  TemporaryDirectory directory;
  EchoScorer scorer;
  TransportOptions options;
  options.socket_path = directory.socket();
  auto server = Server::Create(options, &scorer);
  ASSERT_TRUE(server);
  fs::remove(directory.socket());
  fs::create_directory(directory.socket());
  const auto outcome = (*server)->Run();
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error(), HasSubstr(directory.socket() + " is a directory"));
}

}  // namespace
}  // namespace pillion
