#include "sidecar/bench/load.h"

#include <thread>
#include <vector>

#include "schemas/ring/waiting.h"
#include "sidecar/bench/ticks.h"

namespace pillion::bench {
namespace {

struct Window {
  std::uint64_t record_from;
  std::uint64_t end;

  static Window Of(std::chrono::milliseconds duration) {
    const std::uint64_t total = NsToTicks(static_cast<double>(duration.count()) * 1e6);
    const std::uint64_t now = Ticks();
    return {now + total / 10, now + total};
  }
  double Seconds() const {
    return static_cast<double>(end - record_from) * NanosecondsPerTick() / 1e9;
  }
};

struct ThreadResult {
  LatencyHistogram latency;
  bool failed = false;
};

void RunClosed(Target& target, const Window& window, ThreadResult& result) {
  std::uint64_t start = Ticks();
  for (std::uint64_t i = 0; start < window.end; ++i) {
    if (!target.Request(i)) {
      result.failed = true;
      return;
    }
    const std::uint64_t now = Ticks();
    if (start >= window.record_from) result.latency.Record(now - start);
    start = now;
  }
}

void RunOpen(Target& target, const Window& window, double period_ticks, ThreadResult& result) {
  const std::uint64_t start = Ticks();
  for (std::uint64_t i = 0;; ++i) {
    const std::uint64_t intended =
        start + static_cast<std::uint64_t>(static_cast<double>(i) * period_ticks);
    if (intended >= window.end) return;
    while (Ticks() < intended) CpuRelax();
    if (!target.Request(i)) {
      result.failed = true;
      return;
    }
    if (intended >= window.record_from) result.latency.Record(Ticks() - intended);
  }
}

}  // namespace

LoadResult RunLoad(const OfferedLoad& options,
                   const std::function<std::unique_ptr<Target>()>& make) {
  const Window window = Window::Of(options.duration);
  std::vector<ThreadResult> results(options.threads);
  const auto drive = [&](ThreadResult& result) {
    const std::unique_ptr<Target> target = make();
    if (options.requests_per_s <= 0) return RunClosed(*target, window, result);
    const double period_ns = 1e9 * options.threads / options.requests_per_s;
    RunOpen(*target, window, period_ns / NanosecondsPerTick(), result);
  };
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i < options.threads; ++i) {
    threads.emplace_back([&, i] { drive(results[i]); });
  }
  drive(results[0]);
  for (std::thread& thread : threads) thread.join();

  LoadResult total;
  for (const ThreadResult& result : results) {
    total.latency.Add(result.latency);
    total.failed = total.failed || result.failed;
  }
  total.requests_per_s = static_cast<double>(total.latency.count()) / window.Seconds();
  return total;
}

LoadResult RunPipelined(std::chrono::milliseconds duration, std::uint32_t in_flight,
                        PipelinedTarget& target) {
  const Window window = Window::Of(duration);
  LoadResult result;
  std::vector<std::uint64_t> started(in_flight);  // of request i, at i % in_flight
  std::uint64_t submitted = 0;
  std::uint64_t ended = 0;
  const auto done = [&](std::uint64_t i) {
    ++ended;
    const std::uint64_t start = started[i % in_flight];
    if (start >= window.record_from) result.latency.Record(Ticks() - start);
  };
  for (std::uint64_t now = Ticks(); now < window.end; now = Ticks()) {
    while (submitted - ended < in_flight) {
      started[submitted % in_flight] = Ticks();
      if (!target.Submit(submitted)) break;
      ++submitted;
    }
    if (!target.Poll(done)) {
      result.failed = true;
      return result;
    }
  }
  while (ended < submitted && target.Poll(done)) CpuRelax();
  result.requests_per_s = static_cast<double>(result.latency.count()) / window.Seconds();
  return result;
}

}  // namespace pillion::bench
