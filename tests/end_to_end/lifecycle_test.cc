// What an operator does to a sidecar, and what happens around it: signals, lost terminals, several
// starts, user namespaces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/end_to_end/sidecar_process.h"
#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;
using pillion::Ended;
using pillion::Sidecar;
using ::testing::HasSubstr;

const std::string kModel = "house=" + pillion::SourceDir() + "/examples/king-county/house-lr.zip";

TEST(Lifecycle, AHangUpIsNoReasonToStop) {
  Sidecar sidecar({kModel});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  for (int i = 0; i < 3; ++i) sidecar.Send(SIGHUP);
  EXPECT_EQ(sidecar.Ctl("ready").code, 0);
  EXPECT_TRUE(sidecar.Running());
  sidecar.Send(SIGTERM);
  EXPECT_EQ(sidecar.Wait(), 0);
}

TEST(Lifecycle, NobodyNeedsToReadWhatItSays) {
  const auto broken_pipe = [] {
    int ends[2] = {-1, -1};
    if (pipe(ends) != 0) _exit(126);
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
  };
  const auto closed = [] {
    for (const int fd : {0, 1, 2}) close(fd);
  };
  const auto full = [] { dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  for (const std::function<void()>& prepare :
       {std::function<void()>(broken_pipe), std::function<void()>(closed),
        std::function<void()>(full)}) {
    Sidecar sidecar({kModel}, {}, prepare);
    EXPECT_EQ(sidecar.Ctl("ready").code, 0);
    EXPECT_EQ(sidecar.Ctl("status").code, 0);
    sidecar.Send(SIGTERM);
    EXPECT_EQ(sidecar.Wait(), 0);
  }
}

TEST(Lifecycle, ItsOwnProbesAreLetIn) {
  Sidecar sidecar({kModel, "--allow-uid", "4242", "--allow-gid", "4242"});
  EXPECT_EQ(sidecar.Ctl("ready").code, 0);
}

TEST(Lifecycle, OfSeveralStartsOneServes) {
  for (int round = 0; round < 5; ++round) {
    std::string name = (fs::temp_directory_path() / "pillion-e2e-XXXXXX").string();
    const fs::path run_dir = mkdtemp(name.data());
    {
      std::vector<std::unique_ptr<Sidecar>> sidecars;
      for (int i = 0; i < 4; ++i) {
        sidecars.push_back(std::make_unique<Sidecar>(std::vector{kModel}, run_dir));
      }
      std::size_t ended = 0;
      while (ended < 3) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        for (const auto& sidecar : sidecars) {
          if (sidecar->pid() < 0 || sidecar->Running()) continue;
          ++ended;
          EXPECT_EQ(sidecar->Wait(), 78);
          EXPECT_THAT(sidecar->Log(), HasSubstr("another server holds " + run_dir.string()));
        }
      }
      const auto alive = std::ranges::find_if(sidecars, [](auto& s) { return s->Running(); });
      ASSERT_NE(alive, sidecars.end());
      EXPECT_EQ((*alive)->Ctl("ready").code, 0);
      // It may not be ready yet when the others ended: what it is has to last.
      EXPECT_TRUE((*alive)->Running());
    }
    fs::remove_all(run_dir);
  }
}

TEST(Lifecycle, ASuccessorTakesWhatAKilledServerLeft) {
  auto first = std::make_unique<Sidecar>(std::vector{kModel});
  ASSERT_EQ(first->Ctl("ready").code, 0);
  first->Send(SIGKILL);
  first->Wait();
  ASSERT_TRUE(fs::exists(first->socket()));
  Sidecar second({kModel}, first->run_dir());
  EXPECT_EQ(second.Ctl("ready").code, 0);
}

TEST(Lifecycle, EndsByNameWhereItsDirectoryCannotBeMadeAgain) {
  std::string name = (fs::temp_directory_path() / "pillion-e2e-XXXXXX").string();
  const fs::path root = mkdtemp(name.data());
  fs::create_directory(root / "parent");
  Sidecar sidecar({kModel}, root / "parent/run");
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  fs::remove_all(root / "parent");
  std::ofstream(root / "parent") << "a file in the way";
  EXPECT_EQ(sidecar.Wait(), 74);
  EXPECT_THAT(sidecar.Log(), HasSubstr((root / "parent/run").string()));
  fs::remove_all(root);
}

TEST(Lifecycle, SaysWhichUsersItsNamespaceCannotTellApart) {
  if (pillion::Shell("unshare --user --map-root-user true 2>&1").code != 0) {
    GTEST_SKIP() << "no user namespaces here";
  }
  for (const std::string option : {"--allow-uid", "--allow-gid"}) {
    const Ended ended =
        pillion::Shell("unshare --user --map-root-user " + pillion::Program() + " serve " + kModel +
                       " --run-dir /nowhere " + option + " 4242 2>&1");
    EXPECT_EQ(ended.code, 78);
    EXPECT_THAT(ended.out, HasSubstr(option + " 4242"));
    EXPECT_THAT(ended.out, HasSubstr("user namespace"));
  }
}

}  // namespace
