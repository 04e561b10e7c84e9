#include "sidecar/bench/rounds.h"

#include <algorithm>
#include <utility>

#include "sidecar/bench/ticks.h"

namespace pillion::bench {
namespace {

constexpr std::chrono::milliseconds kRound{100};
constexpr std::chrono::milliseconds kFloorSlice{25};
constexpr std::uint32_t kLoneFloorSlices = 20;
constexpr const char* kNames[] = {"floor_line", "floor_futex", "floor_socket"};  // [FloorKind]

// Then it measures the scheduler.
bool SpinsOnOneCpu(FloorKind kind, CpuPair cpus) { return kind == FloorKind::kLine && cpus.same(); }

double MedianNs(const LatencyHistogram& latency) {
  return static_cast<double>(latency.QuantileTicks(0.5)) * NanosecondsPerTick();
}

}  // namespace

Rounds::Rounds(std::chrono::milliseconds duration, bool in_one)
    : count_(in_one ? 1 : static_cast<std::uint32_t>(std::max<std::int64_t>(duration / kRound, 1))),
      round_(duration / count_) {
  floors_[static_cast<std::size_t>(FloorKind::kLine)].floor = MakeLineFloor();
  floors_[static_cast<std::size_t>(FloorKind::kFutex)].floor = MakeFutexFloor();
  floors_[static_cast<std::size_t>(FloorKind::kSocket)].floor = MakeSocketFloor();
}

double Rounds::RunFloor(FloorRecord& record) {
  const LatencyHistogram latency = record.floor->Run(kFloorSlice);
  record.latency.Add(latency);
  ++record.slices;
  record.cpus.push_back(CpusNow(record.floor->child()));
  return MedianNs(latency);
}

Result<void> Rounds::Run(const Opponent& opponent, std::uint32_t rows_per_request,
                         Measurement& measurement,
                         const std::function<LoadResult(std::chrono::milliseconds)>& run) {
  FloorRecord* const floor =
      opponent.floor ? &floors_[static_cast<std::size_t>(*opponent.floor)] : nullptr;
  QuietWatch watch(opponent.server);
  std::vector<CpuPair> cpus;
  double requests_per_s = 0;
  for (std::uint32_t i = 0; i < count_; ++i) {
    watch.Calibrate();
    Round round;
    if (floor != nullptr) round.floor_p50_ns = RunFloor(*floor);
    const LoadResult result = run(round_);
    if (result.failed) {
      return Fail(LoadCode::kUnsupported, measurement.what, "a request failed during the run");
    }
    const CpuPair here = CpusNow(opponent.server);
    if (opponent.server > 0) cpus.push_back(here);
    measurement.latency.Add(result.latency);
    requests_per_s += result.requests_per_s / count_;
    round.p50_ns = MedianNs(result.latency);
    if (floor == nullptr || result.latency.count() == 0) continue;
    const bool alike = opponent.server == 0 || floor->cpus.back().same() == here.same();
    if (alike && !SpinsOnOneCpu(*opponent.floor, floor->cpus.back())) {
      measurement.rounds.push_back(round);
    }
  }
  measurement.disturbance = watch.Read();
  measurement.rows_per_s = requests_per_s * rows_per_request;
  if (!cpus.empty()) measurement.placement = PlacementOf(cpus);
  if (floor == nullptr) return {};
  measurement.floor = kNames[static_cast<std::size_t>(*opponent.floor)];
  floor->disturbance = measurement.disturbance;
  return {};
}

std::vector<Measurement> Rounds::TakeFloors() {
  std::vector<Measurement> measurements;
  for (std::size_t kind = 0; kind < floors_.size(); ++kind) {
    FloorRecord& record = floors_[kind];
    if (record.slices == 0) {
      QuietWatch watch(record.floor->child());
      for (std::uint32_t i = 0; i < kLoneFloorSlices; ++i) {
        watch.Calibrate();
        RunFloor(record);
      }
      record.disturbance = watch.Read();
    }
    Measurement measurement;
    measurement.what = kNames[kind];
    measurement.latency = record.latency;
    const double recorded_s = 0.9e-3 * static_cast<double>(kFloorSlice.count()) * record.slices;
    measurement.rows_per_s = static_cast<double>(record.latency.count()) / recorded_s;
    measurement.placement = PlacementOf(record.cpus);
    measurement.disturbance = record.disturbance;
    measurements.push_back(std::move(measurement));
  }
  return measurements;
}

}  // namespace pillion::bench
