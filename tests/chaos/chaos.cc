// Kills real processes at random moments, under load: clients of a server that lives, then servers
// under a client that lives. Holds every answer against what it must be, and at the end the
// survivors against what they held at the beginning. Then attacks, and what honest clients notice.
//   chaos [CYCLES] [SEED]
//   chaos attacks [SECONDS] [NAME]
#include <sys/prctl.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client/pillion.hpp"
#include "tests/chaos/attack_report.h"
#include "tests/chaos/attacks.h"
#include "tests/chaos/echo_caller.h"
#include "tests/chaos/process.h"
#include "tests/hostile/grinding_scorer.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 20s;

std::atomic<int> failures{0};

void Check(bool right, const std::string& what) {
  if (right) return;
  std::fprintf(stderr, "chaos: %s\n", what.c_str());
  failures.fetch_add(1);
}

struct Holdings {
  std::size_t descriptors = 0;
  std::size_t memfds = 0;

  bool operator==(const Holdings&) const = default;
  std::string Text() const {
    return std::to_string(descriptors) + " descriptors, " + std::to_string(memfds) + " memfds";
  }
};

Holdings HoldingsOf(pid_t pid) {
  const std::string proc = "/proc/" + std::to_string(pid);
  Holdings holdings;
  for ([[maybe_unused]] const auto& fd : std::filesystem::directory_iterator(proc + "/fd")) {
    ++holdings.descriptors;
  }
  std::ifstream maps(proc + "/maps");
  for (std::string line; std::getline(maps, line);) {
    holdings.memfds += line.find("memfd:pillion") != std::string::npos ? 1 : 0;
  }
  return holdings;
}

// Serves "echo", and "grind" for attacks. `workers`: 0 for what a server takes by itself.
int Serve(const std::string& path, std::uint32_t workers) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  GrindingScorer scorer;
  TransportOptions options;
  options.socket_path = path;
  options.workers = workers;
  auto server = Server::Create(std::move(options), &scorer);
  if (!server) {
    std::fprintf(stderr, "chaos: %s\n", server.error().c_str());
    return 1;
  }
  (*server)->Run();
  return 0;
}

// Scores and checks until the process is killed, or `until` says so. Returns calls that were OK.
template <typename Until>
std::size_t Load(const client_api::Model& model, std::uint64_t seed, client_api::Timeout timeout,
                 Until until) {
  EchoCaller caller(model, seed);
  std::size_t ok = 0;
  for (std::uint64_t i = 0; !until(); ++i) {
    const std::size_t bytes = 8 + i % (EchoCaller::kBytesMax - 8);
    const pillion_code code = caller.Call(bytes, client_api::ToNanoseconds(timeout));
    if (code == PILLION_OK) {
      Check(caller.IsRight(), "a wrong answer");
      ++ok;
    } else {
      Check(code == PILLION_SERVER_GONE || code == PILLION_DEADLINE || code == PILLION_DRAINING ||
                code == PILLION_BUSY,
            std::string("an unexpected code: ") + pillion_code_name(code));
      std::this_thread::sleep_for(100us);
    }
  }
  return ok;
}

int BeVictim(const std::string& url, std::uint64_t seed) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto client = Client::Connect(url);
  if (!client) return 1;
  const auto model = client->Bind("echo");
  if (!model) return 1;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] { Load(*model, seed + i, kPatience, [] { return false; }); });
  }
  threads.front().join();
  return 0;
}

template <typename Condition>
void WaitUntil(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
}

// Victims die or stop at any moment; the honest client must not notice.
void KillClients(int cycles, std::mt19937_64* random) {
  const TemporaryDirectory directory;
  Process server({"--serve", directory.socket(), "0"});
  const Client honest = ConnectSoon("shm:" + directory.socket());
  const auto model = *honest.Bind("echo");
  const Holdings before = HoldingsOf(server.pid());
  for (int cycle = 0; cycle < cycles; ++cycle) {
    const char* scheme = (*random)() % 4 == 0 ? "unix:" : "shm:";
    Process victim({"--victim", scheme + directory.socket(), std::to_string((*random)())});
    std::this_thread::sleep_for(std::chrono::microseconds((*random)() % 30'000));
    if ((*random)() % 4 == 0) victim.Signal(SIGSTOP);
    int calls = 0;
    const std::size_t ok = Load(model, (*random)(), kPatience, [&] { return ++calls > 50; });
    Check(ok == 50, "the honest client was disturbed");
    victim.Kill();
  }
  WaitUntil([&] { return HoldingsOf(server.pid()) == before; });
  const Holdings after = HoldingsOf(server.pid());
  Check(after == before, "the server held " + before.Text() + ", and now " + after.Text());
}

// Servers die or stop at any moment; every call ends, and the client mends itself.
void KillServers(int cycles, std::mt19937_64* random, const char* scheme) {
  const TemporaryDirectory directory;
  auto server =
      std::make_unique<Process>(std::vector<std::string>{"--serve", directory.socket(), "0"});
  const Client client = ConnectSoon(scheme + directory.socket());
  const auto model = *client.Bind("echo");
  const Holdings before = HoldingsOf(getpid());
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> ok{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, seed = (*random)()] {
      while (!stop)
        ok += Load(model, seed, 50ms, [&, n = 0]() mutable { return ++n > 20 || stop; });
    });
  }
  for (int cycle = 0; cycle < cycles; ++cycle) {
    std::this_thread::sleep_for(std::chrono::microseconds((*random)() % 20'000));
    if ((*random)() % 4 == 0) server->Signal(SIGSTOP);
    if ((*random)() % 8 == 0) server->Signal(SIGTERM);
    server->Kill();
    server =
        std::make_unique<Process>(std::vector<std::string>{"--serve", directory.socket(), "0"});
    const std::size_t seen = ok;
    WaitUntil([&] { return ok > seen; });
    Check(ok > seen, "the client does not come back");
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  WaitUntil([&] { return HoldingsOf(getpid()) == before; });
  const Holdings after = HoldingsOf(getpid());
  Check(after == before, "the client held " + before.Text() + ", and now " + after.Text());
}

int Run(int cycles, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::printf("chaos: %d cycles each, seed %llu\n", cycles, static_cast<unsigned long long>(seed));
  KillClients(cycles, &random);
  std::printf("chaos: clients killed\n");
  KillServers(cycles, &random, "shm:");
  std::printf("chaos: servers killed under shared memory\n");
  KillServers(cycles / 2, &random, "unix:");
  std::printf("chaos: servers killed under the socket; %d failures\n", failures.load());
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pillion

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  setvbuf(stdout, nullptr, _IOLBF, 0);
  if (arguments.size() == 3 && arguments[0] == "--serve") {
    return pillion::Serve(arguments[1], static_cast<std::uint32_t>(std::stoul(arguments[2])));
  }
  if (arguments.size() == 3 && arguments[0] == "--victim") {
    return pillion::BeVictim(arguments[1], std::stoull(arguments[2]));
  }
  if (arguments.size() == 4 && arguments[0] == "--attack") {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pillion::RunAttack(arguments[1], arguments[2], std::stoull(arguments[3])) ? 0 : 64;
  }
  if (!arguments.empty() && arguments[0] == "attacks") {
    const double seconds = arguments.size() < 2 ? 3 : std::stod(arguments[1]);
    const std::string only = arguments.size() < 3 ? "" : arguments[2];
    const auto time = std::chrono::milliseconds(static_cast<int>(seconds * 1000));
    return pillion::ReportAttacks(time, only, std::random_device()()) ? 0 : 1;
  }
  const int cycles = arguments.empty() ? 1000 : std::stoi(arguments[0]);
  const std::uint64_t seed =
      arguments.size() < 2 ? std::random_device()() : std::stoull(arguments[1]);
  return pillion::Run(cycles, seed);
}
