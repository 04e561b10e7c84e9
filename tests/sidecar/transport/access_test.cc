// Who may connect: users, groups and user namespaces.
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <optional>
#include <thread>
#include <vector>

#include "sidecar/transport/peer_credentials.h"
#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

constexpr uid_t kStranger = 4242;

PeerCredentials Of(uid_t uid, gid_t gid, std::vector<gid_t> groups = {}) {
  return {uid, gid, std::move(groups), 0};
}

AccessList List(std::vector<uid_t> uids, std::vector<gid_t> gids) {
  return AccessList::Make(std::move(uids), std::move(gids)).value();
}

TEST(AccessList, AdmitsAllUnlessItNamesSome) {
  EXPECT_TRUE(List({}, {}).Admits(Of(kStranger, 1)));
  EXPECT_TRUE(List({kStranger}, {}).Admits(Of(kStranger, 1)));
  EXPECT_FALSE(List({kStranger}, {}).Admits(Of(kStranger + 1, kStranger)));
  EXPECT_FALSE(List({}, {7000}).Admits(Of(7000, 1)));
}

TEST(AccessList, CountsSupplementaryGroups) {
  EXPECT_TRUE(List({}, {7000}).Admits(Of(kStranger, 7000)));
  EXPECT_TRUE(List({}, {7000}).Admits(Of(kStranger, 1, {5, 7000})));
  EXPECT_FALSE(List({}, {7000}).Admits(Of(kStranger, 1, {5, 7001})));
}

TEST(AccessList, AlwaysAdmitsTheServersOwnUserAndRoot) {
  EXPECT_TRUE(List({kStranger}, {}).Admits(Of(geteuid(), 1)));
  EXPECT_TRUE(List({}, {7000}).Admits(Of(0, 1)));
}

// Connects as another user. Credentials are a thread's own, below the C library.
std::optional<ScoreCode> ConnectAs(const std::string& path, uid_t uid, gid_t gid,
                                   std::vector<gid_t> groups) {
  std::optional<ScoreCode> refusal;
  std::thread([&] {
    ASSERT_EQ(syscall(SYS_setgroups, groups.size(), groups.data()), 0);
    ASSERT_EQ(syscall(SYS_setresgid, gid, gid, gid), 0);
    ASSERT_EQ(syscall(SYS_setresuid, uid, uid, uid), 0);
    RawClient client(path);
    if (client.Greet({.features = 0})) return;
    RawClient again(path);
    const auto answer = again.Receive();
    refusal = answer ? answer->code() : ScoreCode::kServerGone;
  }).join();
  return refusal;
}

class OtherUsers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can connect as another user";
  }
  static void Open(const TestServer& server) {
    const std::filesystem::path path = server.path();
    ASSERT_EQ(chmod(path.parent_path().c_str(), 0755), 0);
  }
};

TEST_F(OtherUsers, AreLetInByUserAndByAnyGroup) {
  TestServer server({.socket_mode = 0666, .allowed_uids = {kStranger}, .allowed_gids = {7000}});
  Open(server);
  EXPECT_EQ(ConnectAs(server.path(), kStranger, 1, {}), std::nullopt);
  EXPECT_EQ(ConnectAs(server.path(), 4243, 7000, {}), std::nullopt);
  EXPECT_EQ(ConnectAs(server.path(), 4243, 1, {2, 7000}), std::nullopt);
  std::vector<gid_t> many(1000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<gid_t>(7999 - i);
  EXPECT_EQ(ConnectAs(server.path(), 4243, 1, many), std::nullopt) << "7000 is among them";
  EXPECT_EQ(ConnectAs(server.path(), 4243, 1, {2, 7001}), ScoreCode::kRefused);
}

}  // namespace
}  // namespace pillion
