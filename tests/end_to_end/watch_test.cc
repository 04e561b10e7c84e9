// Commands beside a sidecar: pillion wait and pillion top.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "tests/end_to_end/sidecar_process.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_directory.h"

namespace {

using pillion::Ended;
using pillion::Execute;
using pillion::Sidecar;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

const std::string kHouses = pillion::SourceDir() + "/examples/king-county/";

TEST(Wait, BecomesItsCommandOnceTheSidecarIsReady) {
  const pillion::testing::TemporaryDirectory directory;
  const std::string run_dir = directory.path() / "run";
  Ended waited;
  std::thread waits([&] {
    waited = Execute("wait --run-dir " + run_dir + " --timeout 60 -- sh -c 'echo \"$0\" \"$1\"; " +
                     "exit 7' --one two");
  });
  Sidecar sidecar({"house=" + kHouses + "house-lr.zip"}, run_dir);
  waits.join();
  EXPECT_EQ(waited.code, 7);
  EXPECT_EQ(waited.out, "--one two\n");
  const std::string wait = "wait --run-dir " + run_dir + " -- ";
  EXPECT_EQ(Execute(wait + "no-such-program").code, 127);
  EXPECT_EQ(Execute(wait + directory.path().string()).code, 126);
}

TEST(Wait, GivesUp) {
  const Ended ended = Execute("wait --run-dir /nowhere --timeout 0.1 -- echo never 2>&1");
  EXPECT_EQ(ended.code, 69);
  EXPECT_THAT(ended.out, HasSubstr("/nowhere/pillion.sock: not ready after 0.1 s: cannot connect"));
  EXPECT_EQ(Execute("wait --run-dir /nowhere 2>&1").code, 64);
}

TEST(Top, ShowsWhatIsAnswered) {
  Sidecar sidecar({"house=" + kHouses + "house-lr.zip"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  std::thread scores([&] {
    for (int i = 0; i < 3; ++i) {
      Execute("score --url " + sidecar.Url("shm") + " house " + kHouses +
              "houses.frame.json --to csv");
    }
  });
  const Ended ended = Execute("top --every 0.2 --count 2 --run-dir " + sidecar.run_dir().string());
  scores.join();
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, ContainsRegex("^pillion [0-9.]+  ready, up "));
  EXPECT_THAT(ended.out, ContainsRegex("\n\npillion [0-9.]+  ready, up "));
  EXPECT_THAT(ended.out, ContainsRegex("\nhouse  +[0-9a-f]+ "));
  EXPECT_EQ(Execute("top --run-dir /nowhere 2>&1").code, 69);
}

}  // namespace
