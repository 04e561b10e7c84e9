// The program as a user runs it: a sidecar in one process, `score --url` and `ctl` in others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const std::string kProgram = pillion::BinaryDir() + "/bin/pillion";
const std::string kKingCounty = pillion::SourceDir() + "/examples/king-county/";

fs::path SharedRoot() {
  const char* shared = std::getenv("PILLION_SHARED");
  return shared != nullptr ? shared : fs::path(pillion::SourceDir()) / "../shared";
}

struct Ended {
  int code = -1;
  std::string out;  // standard output; standard error too where the command says so
};

Ended Execute(const std::string& arguments) {
  Ended ended;
  std::FILE* pipe = popen((kProgram + " " + arguments).c_str(), "r");
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) ended.out += buffer.data();
  const int status = pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

class Sidecar {
 public:
  explicit Sidecar(const std::vector<std::string>& arguments) {
    std::string name = (fs::temp_directory_path() / "pillion-e2e-XXXXXX").string();
    run_dir_ = mkdtemp(name.data());
    std::vector<std::string> words = {kProgram, "serve", "--run-dir", run_dir_};
    words.insert(words.end(), arguments.begin(), arguments.end());
    pid_ = fork();
    if (pid_ == 0) {
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      execv(kProgram.c_str(), argv.data());
      _exit(127);
    }
  }
  ~Sidecar() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    fs::remove_all(run_dir_);
  }
  Sidecar(const Sidecar&) = delete;
  Sidecar& operator=(const Sidecar&) = delete;

  std::string Url(const std::string& transport) const {
    return transport + ":" + run_dir_ + "/pillion.sock";
  }
  Ended Ctl(const std::string& question) const {
    return Execute("ctl " + question + " --run-dir " + run_dir_ + " --wait 60 2>&1");
  }
  void Send(int signal) const { kill(pid_, signal); }
  // The exit code, or -1 for a signal.
  int Wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  std::string run_dir_;
  pid_t pid_ = -1;
};

TEST(Serve, AnswersAsScoringOfflineDoes) {
  Sidecar sidecar({"lr=" + kKingCounty + "house-lr.zip", "rf=" + kKingCounty + "house-rf.zip"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const std::string frame = kKingCounty + "houses.frame.json";
  for (const std::string model : {"lr", "rf"}) {
    for (const std::string columns : {"", " --select prediction", " --select zipcode,prediction"}) {
      const Ended offline =
          Execute("score " + kKingCounty + "house-" + model + ".zip " + frame + columns);
      ASSERT_EQ(offline.code, 0);
      for (const std::string transport : {"shm", "unix"}) {
        const Ended served =
            Execute("score --url " + sidecar.Url(transport) + " " + model + " " + frame + columns);
        EXPECT_EQ(served.code, 0) << model << transport << columns;
        EXPECT_EQ(served.out, offline.out) << model << transport << columns;
      }
    }
  }
  EXPECT_THAT(sidecar.Ctl("status").out, HasSubstr("\"requests_failed\":0"));
  sidecar.Send(SIGTERM);
  EXPECT_EQ(sidecar.Wait(), 0);
}

TEST(Serve, GivesWhatMLeapPublishedForItsOwnBundles) {
  const fs::path data = SharedRoot() / "data";
  if (!fs::exists(data)) GTEST_SKIP() << "no folder " << data << " with MLeap's bundles of 2017";
  Sidecar sidecar({"lr=" + (data / "airbnb.model.lr.zip").string(),
                   "rf=" + (data / "airbnb.model.rf.zip").string()});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const std::string frame = (data / "frame.airbnb.json").string();
  const std::string select = " --select price_prediction --to csv";
  const std::string head = "price_prediction\r\n";
  for (const std::string transport : {"shm", "unix"}) {
    const std::string url = "score --url " + sidecar.Url(transport) + " ";
    EXPECT_EQ(Execute(url + "lr " + frame + select).out, head + "232.62463916840318\r\n");
    EXPECT_EQ(Execute(url + "rf " + frame + select).out, head + "218.2767196535019\r\n");
  }
}

TEST(Serve, SaysWhyItDoesNotStart) {
  EXPECT_EQ(Execute("serve /no/such.zip --run-dir /tmp 2>/dev/null").code, 66);
  EXPECT_EQ(Execute("serve --run-dir /tmp 2>/dev/null").code, 64);
  const Ended twice = Execute("serve a=" + kKingCounty + "house-lr.zip a=" + kKingCounty +
                              "house-rf.zip --run-dir /tmp 2>&1");
  EXPECT_EQ(twice.code, 65);
  EXPECT_THAT(twice.out, HasSubstr("given twice"));
  const Ended nowhere =
      Execute("serve " + kKingCounty + "house-lr.zip --run-dir /proc/no/such/place 2>&1");
  EXPECT_EQ(nowhere.code, 78);
}

TEST(Serve, WithoutASidecarClientsSaySo) {
  EXPECT_EQ(Execute("ctl ready --run-dir /no/such/place 2>/dev/null").code, 69);
  EXPECT_EQ(Execute("score --url shm:/no/such/place/pillion.sock house " + kKingCounty +
                    "houses.frame.json 2>/dev/null")
                .code,
            69);
}

TEST(Serve, RefusesModelsAndColumnsThatItDoesNotHave) {
  Sidecar sidecar({"house=" + kKingCounty + "house-lr.zip"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const std::string frame = kKingCounty + "houses.frame.json";
  const std::string url = "score --url " + sidecar.Url("shm") + " ";
  EXPECT_THAT(Execute(url + "castle " + frame + " 2>&1").out, HasSubstr("castle"));
  const Ended column = Execute(url + "house " + frame + " --select towers 2>&1");
  EXPECT_EQ(column.code, 65);
  EXPECT_THAT(column.out, HasSubstr("towers"));
}

}  // namespace
