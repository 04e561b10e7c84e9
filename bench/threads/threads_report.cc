// Many threads and one client: what they offer against what is answered in time. Serves the null
// scorer, or a given one, in a process of its own.
//   threads_report [--threads 1,8,50,100,200] [--rate 20000] [--seconds 3] [--timeout-ms 5]
//                  [--lanes 8] [--lanes-max 64] [--url URL MODEL]
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "client/pillion.h"
#include "schemas/ring/waiting.h"
#include "sidecar/serving/echo_scorer.h"
#include "sidecar/transport/server.h"

namespace pillion {
namespace {

struct Options {
  std::vector<int> threads = {1, 8, 50, 100, 200};
  double rate = 20000;  // calls a second, of all threads together; 0: as fast as they can
  double seconds = 3;
  std::uint64_t timeout_ms = 5;
  std::uint32_t lanes = 8;
  std::uint32_t lanes_max = 64;
  std::string url;
  std::string model = "null";
};

// The server of this run, in a child: two processes, as in production.
class Child {
 public:
  explicit Child(const std::string& socket) : pid_(fork()) {
    if (pid_ != 0) return;
    EchoScorer scorer;
    TransportOptions options;
    options.socket_path = socket;
    auto server = Server::Create(options, &scorer);
    if (server) static_cast<void>((*server)->Run());
    _exit(server ? 0 : 1);
  }
  ~Child() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_;
};

struct Tally {
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> late{0};
  std::atomic<std::uint64_t> failed{0};
};

// Calls at intended times. A thread that is behind makes its calls at once, so that what is
// offered stays what was asked for as long as the machine can make the calls at all.
void Call(pillion_model* model, const Options& options, double period_ns, std::uint64_t start_ns,
          std::uint64_t end_ns, Tally* tally) {
  pillion_answer* answer = pillion_answer_new(model);
  std::uint64_t row[30] = {};
  for (std::uint64_t i = 0;; ++i) {
    std::uint64_t now_ns = MonotonicNs();
    const auto intended = start_ns + static_cast<std::uint64_t>(static_cast<double>(i) * period_ns);
    if (now_ns >= end_ns || intended >= end_ns) break;
    if (intended > now_ns) SleepUntil(intended);
    row[0] = i;
    const pillion_code code = pillion_score_bytes(model, PILLION_ROW, row, sizeof(row),
                                                  options.timeout_ms * 1'000'000, answer);
    auto& count = code == PILLION_OK         ? tally->answered
                  : code == PILLION_DEADLINE ? tally->late
                                             : tally->failed;
    count.fetch_add(1, std::memory_order_relaxed);
  }
  pillion_answer_free(answer);
}

bool Run(const Options& options, int thread_count) {
  pillion_options wanted = PILLION_OPTIONS_INIT;
  wanted.lanes = options.lanes;
  wanted.lanes_max = options.lanes_max;
  pillion_error error = PILLION_ERROR_INIT;
  pillion_client* client = nullptr;
  pillion_model* model = nullptr;
  const std::uint64_t second_ns = 1'000'000'000;
  if (pillion_open(options.url.c_str(), &wanted, &client, &error) != PILLION_OK ||
      pillion_bind(client, options.model.c_str(), nullptr, 0, second_ns, &model, &error) !=
          PILLION_OK) {
    std::fprintf(stderr, "threads_report: %s\n", error.text);
    return false;
  }
  Tally tally;
  const double period_ns = options.rate > 0 ? 1e9 * thread_count / options.rate : 0;
  const std::uint64_t start_ns = MonotonicNs() + 50'000'000;
  const auto end_ns = start_ns + static_cast<std::uint64_t>(options.seconds * 1e9);
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    // Not all at the same moment.
    const auto first_ns = start_ns + static_cast<std::uint64_t>(i * period_ns / thread_count);
    threads.emplace_back(
        [&, first_ns] { Call(model, options, period_ns, first_ns, end_ns, &tally); });
  }
  for (std::thread& thread : threads) thread.join();
  pillion_stats stats = PILLION_STATS_INIT;
  pillion_get_stats(client, &stats);
  const double made = static_cast<double>(tally.answered + tally.late + tally.failed);
  const double offered = options.rate > 0 ? options.rate * options.seconds : made;
  const std::uint64_t counted =
      stats.ring_calls + stats.socket_calls + stats.lane_deadlines + stats.unconnected;
  std::printf("%7d %9.0f/s %9.0f/s %8.2f%% %8.2f%% %7llu %6llu %10llu %9llu %s\n", thread_count,
              offered / options.seconds, static_cast<double>(tally.answered) / options.seconds,
              100.0 * static_cast<double>(tally.late) / std::max(made, 1.0),
              100.0 * std::max(offered - made, 0.0) / std::max(offered, 1.0),
              static_cast<unsigned long long>(tally.failed),
              static_cast<unsigned long long>(stats.lanes),
              static_cast<unsigned long long>(stats.lane_waits),
              static_cast<unsigned long long>(stats.lane_deadlines),
              static_cast<double>(counted) == made ? "all counted" : "NOT ALL COUNTED");
  std::fflush(stdout);
  pillion_model_free(model);
  pillion_close(client);
  return static_cast<double>(counted) == made;
}

int Usage() {
  std::fprintf(stderr,
               "usage: threads_report [--threads N,N,...] [--rate CALLS_A_SECOND] [--seconds S]\n"
               "                      [--timeout-ms MS] [--lanes N] [--lanes-max N]\n"
               "                      [--url URL MODEL]\n");
  return 64;
}

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (i + 1 >= argc) return Usage();
    const char* value = argv[++i];
    if (name == "--threads") {
      options.threads.clear();
      for (const char* at = value; *at != 0;) {
        char* end = nullptr;
        options.threads.push_back(static_cast<int>(std::strtol(at, &end, 10)));
        if (end == at || options.threads.back() < 1) return Usage();
        at = *end == ',' ? end + 1 : end;
      }
    } else if (name == "--rate") {
      options.rate = std::atof(value);
    } else if (name == "--seconds") {
      options.seconds = std::atof(value);
    } else if (name == "--timeout-ms") {
      options.timeout_ms = std::strtoull(value, nullptr, 10);
    } else if (name == "--lanes") {
      options.lanes = static_cast<std::uint32_t>(std::atoi(value));
    } else if (name == "--lanes-max") {
      options.lanes_max = static_cast<std::uint32_t>(std::atoi(value));
    } else if (name == "--url" && i + 1 < argc) {
      options.url = value;
      options.model = argv[++i];
    } else {
      return Usage();
    }
  }
  char directory[] = "/tmp/pillion-threads-XXXXXX";
  std::optional<Child> server;
  if (options.url.empty()) {
    if (mkdtemp(directory) == nullptr) return 71;
    const std::string socket = std::string(directory) + "/s";
    server.emplace(socket);
    options.url = "shm:" + socket;
    for (int i = 0; i < 1000 && access(socket.c_str(), F_OK) != 0; ++i) usleep(1000);
  }
  std::printf("%7s %11s %11s %9s %9s %7s %6s %10s %9s\n", "threads", "offered", "answered", "late",
              "unmade", "failed", "lanes", "lane waits", "in vain");
  bool ok = true;
  for (const int threads : options.threads) ok = Run(options, threads) && ok;
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace pillion

int main(int argc, char** argv) { return pillion::Main(argc, argv); }
