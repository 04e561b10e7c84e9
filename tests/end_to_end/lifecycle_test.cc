// What an operator does to a sidecar, and what happens around it: signals, lost terminals, several
// starts, user namespaces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "tests/end_to_end/sidecar_process.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"
#include "tests/support/temporary_directory.h"

namespace {

using pillion::testing::ReadFile;

namespace fs = std::filesystem;
using pillion::Ended;
using pillion::Execute;
using pillion::Sidecar;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;
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

TEST(Lifecycle, ProbesAreAnsweredAlthoughAllPlacesAreTaken) {
  Sidecar sidecar({kModel, "--clients-max", "4"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  std::vector<pillion::UniqueFd> silent;
  for (int i = 0; i < 100; ++i) {
    silent.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    sidecar.socket().string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    connect(silent.back().get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  for (const std::string question : {"ready", "status", "models"}) {
    EXPECT_EQ(Execute("ctl " + question + " --run-dir " + sidecar.run_dir().string()).code, 0);
  }
}

TEST(Lifecycle, SaysWhatItServesAndWhatBecameOfIt) {
  Sidecar sidecar({kModel});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const Ended valid = Execute("validate " + kModel.substr(kModel.find('=') + 1));
  std::smatch hash;
  ASSERT_TRUE(std::regex_search(valid.out, hash, std::regex("[0-9a-f]{64}"))) << valid.out;
  const std::string rows = pillion::SourceDir() + "/examples/king-county/houses.frame.json";
  ASSERT_EQ(Execute("score --url " + sidecar.Url("shm") + " house " + rows).code, 0);
  const Ended status = sidecar.Ctl("status");
  EXPECT_THAT(status.out, HasSubstr("\"content_sha256\":\"" + hash.str() + "\""));
  EXPECT_THAT(status.out, ContainsRegex("\"codes_by_model\":.\"house\":.\"kOk\":[1-9]"));
  EXPECT_THAT(status.out, ContainsRegex("\"resident_bytes\":[1-9]"));
  sidecar.Send(SIGTERM);
  EXPECT_EQ(sidecar.Wait(), 0);
  const std::string log = sidecar.Log();
  EXPECT_THAT(log, ContainsRegex("level=info event=start version=[0-9.]+ pid=" +
                                 std::to_string(sidecar.first_pid())));
  EXPECT_THAT(log,
              ContainsRegex(
                  "event=model name=house published=[0-9a-f]+ version=[1-9][0-9]* content_sha256=" +
                  hash.str()));
  EXPECT_THAT(log, HasSubstr("event=listening socket=" + sidecar.socket().string()));
  EXPECT_THAT(log, HasSubstr("event=limits workers="));
  EXPECT_THAT(log, HasSubstr("event=drain reason=SIGTERM clients=0"));
  EXPECT_THAT(log, HasSubstr("event=stopped drain_ms="));
}

// Sends SIGHUP and waits for `count` lines of `event` in all.
std::string LogAfterReload(const Sidecar& sidecar, std::size_t count,
                           const std::string& event = "event=config_") {
  const auto lines = [&event](const std::string& log) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = log.find(event, at)) != log.npos; ++at) ++found;
    return found;
  };
  sidecar.Send(SIGHUP);
  std::string log = sidecar.Log();
  while (lines(log) < count) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    log = sidecar.Log();
  }
  return log;
}

TEST(Lifecycle, AHangUpLoadsAModelThatWasOverwritten) {
  const pillion::testing::TemporaryDirectory directory;
  const fs::path file = directory.path() / "m.zip";
  const std::string models = pillion::SourceDir() + "/examples/king-county/";
  const std::string rows = models + "houses.frame.json";
  const auto put = [&](const char* model) {
    fs::copy_file(models + model, file, fs::copy_options::overwrite_existing);
  };
  put("house-lr.zip");
  Sidecar sidecar({"house=" + file.string(), "other=" + models + "house-lr.zip"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const auto answers = [&](const std::string& model) {
    return Execute("score --url " + sidecar.Url("shm") + " " + model + " " + rows +
                   " --to csv --select prediction")
        .out;
  };
  const std::string before = answers("house");
  put("house-rf.zip");
  EXPECT_EQ(answers("house"), before) << "nobody has asked for it yet";
  EXPECT_THAT(LogAfterReload(sidecar, 3, "event=model "),
              HasSubstr("event=models_looked_at changed=house\n"));
  const std::string after = answers("house");
  EXPECT_NE(after, before);
  EXPECT_EQ(
      after,
      Execute("score " + models + "house-rf.zip " + rows + " --to csv --select prediction").out);
  EXPECT_EQ(answers("other"), before);

  std::ofstream(file) << "";
  EXPECT_THAT(LogAfterReload(sidecar, 1, "event=model_refused"), HasSubstr("m.zip"));
  EXPECT_EQ(answers("house"), after);
  EXPECT_EQ(sidecar.Ctl("ready").code, 0);
  LogAfterReload(sidecar, 2, "event=model_refused");  // it is tried again
  put("house-lr.zip");
  LogAfterReload(sidecar, 4, "event=model ");
  EXPECT_EQ(answers("house"), before);
}

TEST(Lifecycle, AHangUpTakesOverWhatCanChange) {
  const fs::path directory =
      fs::temp_directory_path() / ("pillion-config-" + std::to_string(getpid()));
  fs::create_directory(directory);
  const fs::path file = directory / "pillion.yaml";
  const auto write = [&](const std::string& text) { std::ofstream(file) << text; };
  const std::string bundles = "bundles: ['" + kModel + "']\n";
  write(bundles + "limits: {clients: 17}\n");
  {
    Sidecar sidecar({"-c", file.string()});
    ASSERT_EQ(sidecar.Ctl("ready").code, 0);
    EXPECT_THAT(sidecar.Ctl("status").out, HasSubstr("\"clients_max\":17"));

    write(bundles + "limits: {clients: 18}\nworkers: 2\n");
    EXPECT_THAT(LogAfterReload(sidecar, 1),
                HasSubstr("event=config_read file=" + file.string() +
                          " changed=limits.clients at_restart=workers"));
    EXPECT_THAT(sidecar.Ctl("status").out, HasSubstr("\"clients_max\":18"));

    write(bundles + "limits: {clients: 19, clents: 2}\n");
    EXPECT_THAT(LogAfterReload(sidecar, 2), HasSubstr("did you mean 'limits.clients'?"));
    EXPECT_THAT(sidecar.Ctl("status").out, HasSubstr("\"clients_max\":18"));

    fs::remove(file);
    EXPECT_THAT(LogAfterReload(sidecar, 3), HasSubstr("No such file"));
    EXPECT_EQ(sidecar.Ctl("ready").code, 0);

    write(bundles + "log: {level: error}\n");
    LogAfterReload(sidecar, 4);  // it says so itself before it falls silent
    sidecar.Send(SIGTERM);
    EXPECT_EQ(sidecar.Wait(), 0);
    EXPECT_THAT(sidecar.Log(), ::testing::Not(HasSubstr("event=drain")));
  }
  fs::remove_all(directory);
}

std::set<std::string> Matches(const std::string& text, const std::string& pattern) {
  std::set<std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) {
    found.insert((*it)[1]);
  }
  return found;
}

TEST(Lifecycle, OperatorsCanReadUpOnAllThatItSays) {
  const std::string document = ReadFile(fs::path(pillion::SourceDir()) / "docs/operations.md");
  std::set<std::string> events;
  for (const auto& file : fs::recursive_directory_iterator(pillion::SourceDir() + "/sidecar")) {
    if (file.path().extension() != ".cc") continue;
    events.merge(Matches(ReadFile(file.path()), R"re(LogLevel::k\w+,\s*"(\w+)")re"));
  }
  EXPECT_GT(events.size(), 15u);
  for (const std::string& event : events) {
    EXPECT_THAT(document, HasSubstr("\n| `" + event + "` |")) << "of the log";
  }
  Sidecar sidecar({kModel});
  const Ended status = sidecar.Ctl("status");
  for (const std::string& member : Matches(status.out, R"re("(\w+)":)re")) {
    EXPECT_THAT(document, HasSubstr('`' + member + '`')) << "of the status";
  }
}

TEST(Lifecycle, SaysNoMoreThanItIsAskedTo) {
  Sidecar sidecar({kModel, "--log-level", "warning"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  sidecar.Send(SIGTERM);
  EXPECT_EQ(sidecar.Wait(), 0);
  EXPECT_EQ(sidecar.Log(), "");
}

TEST(Lifecycle, TellsTheServiceManagerThatItIsReady) {
  for (const bool abstract : {false, true}) {
    std::string name = (fs::temp_directory_path() / "pillion-e2e-XXXXXX").string();
    const fs::path directory = mkdtemp(name.data());
    std::string path = directory / "notify";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (abstract) {
      address.sun_path[0] = '\0';
      path[0] = '@';
    }
    const pillion::UniqueFd manager(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    ASSERT_EQ(bind(manager.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    Sidecar sidecar({kModel}, {}, [&] { setenv("NOTIFY_SOCKET", path.c_str(), 1); });
    std::string state(100, '\0');
    const ssize_t received = recv(manager.get(), state.data(), state.size(), 0);
    ASSERT_GT(received, 0);
    EXPECT_EQ(state.substr(0, static_cast<std::size_t>(received)), "READY=1\nSTATUS=serving house");
    EXPECT_EQ(Execute("ctl ready --run-dir " + sidecar.run_dir().string()).code, 0) << "it is";
    fs::remove_all(directory);
  }
}

TEST(Lifecycle, DoesNotWaitForAServiceManagerThatIsNotThere) {
  Sidecar sidecar({kModel}, {}, [] { setenv("NOTIFY_SOCKET", "/no/such/socket", 1); });
  EXPECT_EQ(sidecar.Ctl("ready").code, 0);
}

// Not with "ready" first: whoever waits for that would be left alone.
TEST(Lifecycle, EndsWhereTheSystemMakesNoMoreThreads) {
  const pillion::testing::TemporaryDirectory directory;
  fs::permissions(directory.path(), fs::perms::all);
  for (const rlim_t threads : {1, 2, 3, 4}) {
    Sidecar sidecar({kModel, "--workers", "3", "--listen", "tcp:127.0.0.1:0=health"},
                    directory.path() / "run", [threads] {
                      const rlimit limit{threads, threads};
                      setrlimit(RLIMIT_NPROC, &limit);
                      // The limit does not hold for root.
                      if (geteuid() == 0 && setuid(kNobody) != 0) _exit(126);
                      if (access(pillion::Program().c_str(), X_OK) != 0) _exit(126);
                      setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // that needs a thread too
                      dup2(STDERR_FILENO, STDOUT_FILENO);
                    });
    const int code = sidecar.Wait();
    if (code == 126) GTEST_SKIP() << "the program is where only root may read it";
    EXPECT_EQ(code, 71) << threads << sidecar.Log();
    EXPECT_THAT(sidecar.Log(), HasSubstr("makes no more threads for this user"));
    EXPECT_THAT(sidecar.Log(), ::testing::Not(HasSubstr("ready ")));
  }
}

TEST(Lifecycle, RefusesMoreClientsThanItMayOpenFilesFor) {
  const std::string serve = pillion::Program() + " serve " + kModel + " --run-dir /nowhere";
  const Ended ended = pillion::Shell("ulimit -n 256; " + serve + " 2>&1");
  EXPECT_EQ(ended.code, 78);
  EXPECT_THAT(ended.out, ContainsRegex("--clients-max 240 needs [0-9]+ open files.* 256:"));
  // A soft limit is raised.
  Sidecar sidecar({kModel}, {}, [] {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &limit);
  });
  EXPECT_EQ(sidecar.Ctl("ready").code, 0);
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
