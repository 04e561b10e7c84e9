// What waiting costs: a client and a server in processes of their own, for models that take from
// 0.2 to 200 us, at three loads, on two CPUs, one CPU and half a CPU each. Every point is measured
// with each of some fixed spin budgets at both ends, and with budgets that adapt, in turns; what
// adapts is compared with the fixed budget that suits the point best.
//   waiting_report [--rounds 3] [--seconds 0.3] [--places two,one,half] [--services-us 0.2,...]
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "bench/waiting/cpu_place.h"
#include "client/pillion.h"
#include "schemas/ring/waiting.h"
#include "sidecar/serving/echo_scorer.h"
#include "sidecar/transport/server.h"

namespace pillion {
namespace {

constexpr std::uint64_t kSleepGapNs = 100'000;  // shorter gaps between calls are not slept through
constexpr int kWarmCalls = 64;
constexpr int kCallsMin = 64;
constexpr double kSameLatency = 1.05;  // fixed budgets within this are equally fast

enum class Place { kTwo, kOne, kHalf };
constexpr std::string_view kPlaceNames[] = {"two", "one", "half"};

struct Point {
  Place place = Place::kTwo;
  std::uint64_t service_ns = 0;
  double load = 0;  // share of the time that calls take, where both ends spin
};

// A fixed budget, in ns; nothing: adaptive.
using Policy = std::optional<std::uint64_t>;
const std::vector<Policy> kPolicies = {std::nullopt, 0, 5'000, 20'000, 50'000, 100'000, 300'000};

struct Sample {
  double p50_ns = 0;
  double cpu_ns = 0;  // a call, of both processes, without the client's own gaps
};

// Takes a given time for each row.
class BusyLayout final : public BoundLayout {
 public:
  explicit BusyLayout(std::uint64_t service_ns) : service_ns_(service_ns) {}
  ScoreResult ScoreRequest(RequestKind, std::span<const std::byte>, std::span<std::byte>,
                           TurnClock&) noexcept override {
    const std::uint64_t end_ns = MonotonicNs() + service_ns_;
    while (MonotonicNs() < end_ns) {
    }
    return {ScoreCode::kOk};
  }

 private:
  std::uint64_t service_ns_;
};

class BusyScorer final : public Scorer {
 public:
  explicit BusyScorer(std::uint64_t service_ns) : service_ns_(service_ns) {}
  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override {
    auto binding = echo_.Bind({"null", request.outputs});
    if (binding) binding->layout = std::make_unique<BusyLayout>(service_ns_);
    return binding;
  }
  bool Ready() const override { return true; }
  std::string ModelsJson() const override { return echo_.ModelsJson(); }

 private:
  EchoScorer echo_;
  std::uint64_t service_ns_;
};

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::_Exit(71);
}

void EnterPlace(Place place, const HalfCpus* half, std::size_t which) {
  if (place == Place::kOne && !EnterOneCpu()) Die("one CPU");
  if (place == Place::kHalf && !half->Enter(which)) Die("half a CPU");
}

[[noreturn]] void Serve(const Point& point, const Policy& policy, const HalfCpus* half,
                        const std::string& socket) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  EnterPlace(point.place, half, 0);
  BusyScorer scorer(point.service_ns);
  TransportOptions options;
  options.socket_path = socket;
  options.workers = 1;
  options.spin_ns = policy;
  auto server = Server::Create(options, &scorer);
  if (server) static_cast<void>((*server)->Run());
  std::_Exit(server ? 0 : 1);
}

std::uint64_t CpuNs(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

class Caller {
 public:
  Caller(const std::string& url, const Policy& policy) {
    pillion_options options = PILLION_OPTIONS_INIT;
    options.connect_later = 1;
    if (policy) options.spin_ns = *policy;
    pillion_error error = PILLION_ERROR_INIT;
    constexpr std::uint64_t kSecondNs = 1'000'000'000;
    pillion_code code = pillion_open(url.c_str(), &options, &client_, &error);
    for (int i = 0; code == PILLION_OK && model_ == nullptr && i < 100; ++i) {
      if (pillion_bind(client_, "busy", nullptr, 0, kSecondNs, &model_, &error) != PILLION_OK) {
        usleep(10'000);
      }
    }
    if (model_ == nullptr) Die(error.text);
    answer_ = pillion_answer_new(model_);
  }
  void Call() {
    ++row_[0];
    constexpr std::uint64_t kTimeoutNs = 5'000'000'000;
    if (pillion_score_bytes(model_, PILLION_ROW, row_, sizeof(row_), kTimeoutNs, answer_) !=
        PILLION_OK) {
      Die("a call failed");
    }
  }

 private:
  pillion_client* client_ = nullptr;
  pillion_model* model_ = nullptr;
  pillion_answer* answer_ = nullptr;
  std::uint64_t row_[8] = {};
};

// Calls at the point's load, for `seconds`, and for kCallsMin calls at least.
Sample Measure(Caller* caller, pid_t server, std::uint64_t period_ns, bool spins_gaps,
               double seconds) {
  clockid_t server_clock{};
  if (clock_getcpuclockid(server, &server_clock) != 0) Die("the server's clock");
  std::vector<std::uint64_t> took;
  std::uint64_t gaps_ns = 0;
  std::uint64_t server_ns = 0;
  std::uint64_t own_ns = 0;
  std::uint64_t next_ns = MonotonicNs();
  std::uint64_t end_ns = 0;
  for (int call = -kWarmCalls; call < kCallsMin || MonotonicNs() < end_ns; ++call) {
    if (call == 0) {
      end_ns = MonotonicNs() + static_cast<std::uint64_t>(seconds * 1e9);
      gaps_ns = 0;
      server_ns = CpuNs(server_clock);
      own_ns = CpuNs(CLOCK_THREAD_CPUTIME_ID);
    }
    std::uint64_t now_ns = MonotonicNs();
    if (next_ns > now_ns + kSleepGapNs) {
      SleepUntil(next_ns);
    } else if (spins_gaps && next_ns > now_ns) {
      gaps_ns += next_ns - now_ns;
      while (MonotonicNs() < next_ns) {
      }
    }
    now_ns = MonotonicNs();
    next_ns = std::max(next_ns + period_ns, now_ns);
    caller->Call();
    if (call >= 0) took.push_back(MonotonicNs() - now_ns);
  }
  const std::uint64_t cpu_ns =
      CpuNs(server_clock) - server_ns + CpuNs(CLOCK_THREAD_CPUTIME_ID) - own_ns;
  const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
  std::nth_element(took.begin(), middle, took.end());
  return {static_cast<double>(*middle), static_cast<double>(cpu_ns - std::min(cpu_ns, gaps_ns)) /
                                            static_cast<double>(took.size())};
}

class Bench {
 public:
  Bench() : half_(HalfCpus::Make()) {
    char directory[] = "/tmp/pillion-waiting-XXXXXX";
    if (mkdtemp(directory) == nullptr) Die(directory);
    directory_ = directory;
    socket_ = directory_ + "/s";
  }
  ~Bench() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  bool has_half() const { return half_.has_value(); }

  // In processes of its own, whose place and client end with them. `period_ns` 0: one call after
  // the other.
  Sample Run(const Point& point, const Policy& policy, std::uint64_t period_ns, double seconds) {
    int ends[2];
    if (pipe(ends) != 0) Die("pipe");
    const pid_t runner = fork();
    if (runner == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const HalfCpus* half = half_ ? &*half_ : nullptr;
      const pid_t server = fork();
      if (server == 0) Serve(point, policy, half, socket_);
      EnterPlace(point.place, half, 1);
      prctl(PR_SET_TIMERSLACK, 1);
      Caller caller("shm:" + socket_, policy);
      const Sample sample =
          Measure(&caller, server, period_ns, point.place == Place::kTwo, seconds);
      if (write(ends[1], &sample, sizeof(sample)) != sizeof(sample)) Die("write");
      kill(server, SIGKILL);
      waitpid(server, nullptr, 0);
      std::_Exit(0);
    }
    close(ends[1]);
    Sample sample;
    const bool ok = read(ends[0], &sample, sizeof(sample)) == sizeof(sample);
    close(ends[0]);
    waitpid(runner, nullptr, 0);
    if (!ok) Die("a measurement ended early");
    return sample;
  }

 private:
  std::optional<HalfCpus> half_;
  std::string directory_;
  std::string socket_;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Options {
  int rounds = 3;
  double seconds = 0.3;
  std::vector<Place> places = {Place::kTwo, Place::kOne, Place::kHalf};
  std::vector<std::uint64_t> services_ns = {200, 1'000, 5'000, 15'000, 50'000, 200'000};
};

struct Worst {
  double p50 = 0;
  double cpu = 0;
};

// The medians of the rounds, for as many of kPolicies as differ in that place.
std::vector<Sample> MeasureInTurns(Bench* bench, const Options& options, const Point& point,
                                   std::uint64_t period_ns) {
  const std::size_t policies = point.place == Place::kOne ? 2 : kPolicies.size();
  std::vector<std::vector<double>> p50(policies);
  std::vector<std::vector<double>> cpu(policies);
  for (int round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < policies; ++i) {
      const Sample sample = bench->Run(point, kPolicies[i], period_ns, options.seconds);
      p50[i].push_back(sample.p50_ns);
      cpu[i].push_back(sample.cpu_ns);
    }
  }
  std::vector<Sample> medians;
  for (std::size_t i = 0; i < policies; ++i) medians.push_back({Median(p50[i]), Median(cpu[i])});
  return medians;
}

// Which of the fixed budgets suits best.
std::size_t BestOf(const std::vector<Sample>& samples) {
  const auto fastest =
      std::min_element(samples.begin() + 1, samples.end(),
                       [](const Sample& a, const Sample& b) { return a.p50_ns < b.p50_ns; });
  auto best = fastest;
  for (auto sample = samples.begin() + 1; sample != samples.end(); ++sample) {
    const bool is_fast = sample->p50_ns <= kSameLatency * fastest->p50_ns;
    if (is_fast && sample->cpu_ns < best->cpu_ns) best = sample;
  }
  return static_cast<std::size_t>(best - samples.begin());
}

void Report(Bench* bench, const Options& options, const Point& point, std::uint64_t period_ns,
            Worst* worst) {
  const std::vector<Sample> samples = MeasureInTurns(bench, options, point, period_ns);
  const Sample& adaptive = samples[0];
  const std::size_t best_place = BestOf(samples);
  const Sample& best = samples[best_place];
  const double p50_ratio = adaptive.p50_ns / best.p50_ns;
  const double cpu_ratio = adaptive.cpu_ns / best.cpu_ns;
  worst->p50 = std::max(worst->p50, p50_ratio);
  worst->cpu = std::max(worst->cpu, cpu_ratio);
  std::printf("%-5s %7.1f %5.0f%% | %9.1f %9.1f | %6.0f %9.1f %9.1f | %5.2f %5.2f |",
              kPlaceNames[static_cast<int>(point.place)].data(),
              static_cast<double>(point.service_ns) / 1e3, point.load * 100, adaptive.p50_ns / 1e3,
              adaptive.cpu_ns / 1e3, static_cast<double>(*kPolicies[best_place]) / 1e3,
              best.p50_ns / 1e3, best.cpu_ns / 1e3, p50_ratio, cpu_ratio);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    std::printf(" %.0f/%.0f", samples[i].p50_ns / 1e3, samples[i].cpu_ns / 1e3);
  }
  std::printf("\n");
  std::fflush(stdout);
}

int Usage() {
  std::fprintf(stderr,
               "usage: waiting_report [--rounds N] [--seconds S] [--places two,one,half]\n"
               "                      [--services-us US,...]\n");
  return 64;
}

bool Parse(int argc, char** argv, Options* options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--rounds") {
      options->rounds = std::max(1, std::atoi(value.c_str()));
    } else if (name == "--seconds") {
      options->seconds = std::atof(value.c_str());
    } else if (name == "--places") {
      std::erase_if(options->places, [&](Place place) {
        return value.find(kPlaceNames[static_cast<int>(place)]) == std::string::npos;
      });
    } else if (name == "--services-us") {
      options->services_ns.clear();
      for (const char* at = value.c_str(); *at != 0;) {
        char* end = nullptr;
        options->services_ns.push_back(static_cast<std::uint64_t>(std::strtod(at, &end) * 1e3));
        if (end == at) return false;
        at = *end == ',' ? end + 1 : end;
      }
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && !options->places.empty();
}

int Main(int argc, char** argv) {
  Options options;
  if (!Parse(argc, argv, &options)) return Usage();
  Bench bench;
  std::printf(
      "%-5s %7s %6s | %9s %9s | %6s %9s %9s | %5s %5s | p50/cpu us, fixed 0 5 20 50 100 300\n",
      "CPUs", "us", "load", "adaptive", "cpu us", "best", "p50 us", "cpu us", "p50 x", "cpu x");
  Worst worst;
  for (const Place place : options.places) {
    if (place == Place::kHalf && !bench.has_half()) {
      std::printf("half: not measured, this user cannot make cgroups with a quota here\n");
      continue;
    }
    for (const std::uint64_t service_ns : options.services_ns) {
      const Point alone{place, service_ns, 1};
      const Policy spins = place == Place::kTwo ? 300'000 : 0;
      const double call_ns = bench.Run(alone, spins, 0, options.seconds).p50_ns;
      for (const double load : {0.01, 0.1, 0.9}) {
        Report(&bench, options, {place, service_ns, load},
               static_cast<std::uint64_t>(call_ns / load), &worst);
      }
    }
  }
  std::printf("worst: p50 %.2f x, processor time %.2f x the best fixed budget's\n", worst.p50,
              worst.cpu);
  return 0;
}

}  // namespace
}  // namespace pillion

int main(int argc, char** argv) { return pillion::Main(argc, argv); }
