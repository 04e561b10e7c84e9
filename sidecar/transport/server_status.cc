// What the server says of itself: its status, its metrics, the log at its start and end.
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <numeric>

#include "sidecar/table/json_text.h"
#include "sidecar/transport/server.h"

namespace pillion {
namespace {

std::uint64_t ResidentBytes() {
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void AppendCodes(const CodeCounts& counts, JsonText& json) {
  json.BeginObject();
  for (std::size_t code = 0; code < counts.size(); ++code) {
    if (counts[code] == 0) continue;
    json.Key(Name(static_cast<ScoreCode>(code)));
    json.Number(static_cast<std::int64_t>(counts[code]));
  }
  json.EndObject();
}

void AppendNumber(std::string_view key, std::uint64_t value, JsonText& json) {
  json.Key(key);
  json.Number(static_cast<std::int64_t>(value));
}

void AppendDurations(const DurationCounts& durations, JsonText& json) {
  json.BeginObject();
  AppendNumber("sum_ns", durations.sum_ns, json);
  json.Key("requests_up_to_ns");
  json.BeginObject();
  for (std::size_t i = 0; i < durations.buckets.size(); ++i) {
    if (durations.buckets[i] == 0) continue;
    const bool is_last = i == DurationCounters::kBoundsNs.size();
    AppendNumber(is_last ? "longer" : std::to_string(DurationCounters::kBoundsNs[i]),
                 durations.buckets[i], json);
  }
  json.EndObject();
  json.EndObject();
}

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::string Joined(const auto& ids) {
  std::string text;
  for (const auto id : ids) text.append(text.empty() ? "" : ",").append(std::to_string(id));
  return text;
}

std::string Octal(mode_t mode) {
  std::string text;
  for (const int shift : {9, 6, 3, 0}) text += static_cast<char>('0' + ((mode >> shift) & 7));
  return text;
}

}  // namespace

struct Server::Totals {
  std::uint64_t ring = 0;
  std::uint64_t socket = 0;
  std::uint64_t over_slot = 0;
  std::uint64_t violations = 0;
  std::uint64_t kicks = 0;
  std::uint64_t sleeps = 0;
  std::uint64_t busy_ns = 0;
  std::map<std::string, ModelCounts::Sums> models;
  CodeCounts codes{};  // of all models, and of requests without one

  // The counters of requests are behind those of codes while a turn is under way.
  std::uint64_t answered() const {
    return std::accumulate(codes.begin(), codes.end(), std::uint64_t{0});
  }
  std::uint64_t failed() const { return answered() - codes[0]; }
};

Server::Totals Server::Sum() const {
  Totals totals;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    const WorkerStats& stats = worker->stats();
    totals.ring += stats.ring_requests.value();
    totals.socket += stats.socket_requests.value();
    totals.over_slot += stats.over_slot.value();
    totals.violations += stats.violations.value();
    totals.kicks += stats.kicks.value();
    totals.sleeps += stats.sleeps.value();
    totals.busy_ns += stats.busy_ns.value();
    AddTo(totals.codes, stats.without_model);
  }
  totals.models = model_counts_.Sum();
  for (const auto& [model, sums] : totals.models) {
    for (std::size_t code = 0; code < sums.answers.size(); ++code) {
      totals.codes[code] += sums.answers[code];
    }
  }
  return totals;
}

std::string Server::StatusJson() const {
  const Totals totals = Sum();
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  const auto number = [&json](std::string_view key, std::uint64_t value) {
    AppendNumber(key, value, json);
  };
  json.BeginObject();
  json.Key("ready");
  json.Boolean(scorer_->Ready() && !draining_);
  json.Key("draining");
  json.Boolean(draining_);
  json.Key("version");
  json.String(PILLION_VERSION);
  number("uptime_s", (MonotonicNs() - started_ns_) / 1'000'000'000);
  number("resident_bytes", ResidentBytes());
  number("shared_memory_bytes", memory_.held());
  number("shared_memory_bytes_max", memory_.most());
  number("shared_memory_refused", memory_.refused());
  number("memory_shortages", shortages_);
  number("workers", workers_.size());
  number("clients", client_count());
  number("clients_max", options_.clients_max);
  number("handshakes", callers_.size());
  number("clients_refused", refused_);
  number("clients_evicted", evicted_);
  number("clients_lost", lost_);
  number("requests_ring", totals.ring);
  number("requests_socket", totals.socket);
  number("requests_failed", totals.failed());
  number("answers_over_slot", totals.over_slot);
  number("violations", totals.violations);
  number("kicks", totals.kicks);
  number("sleeps", totals.sleeps);
  number("busy_ns", totals.busy_ns);
  json.Key("codes");
  AppendCodes(totals.codes, json);
  json.Key("codes_by_model");
  json.BeginObject();
  for (const auto& [model, sums] : totals.models) {
    json.Key(model);
    AppendCodes(sums.answers, json);
  }
  json.EndObject();
  json.Key("durations_by_model");
  json.BeginObject();
  for (const auto& [model, sums] : totals.models) {
    json.Key(model);
    AppendDurations(sums.durations, json);
  }
  json.EndObject();
  json.Key("models");
  text += scorer_->ModelsJson();
  json.EndObject();
  return text;
}

void Server::WriteMetrics(MetricsText& metrics) const {
  const Totals totals = Sum();
  const auto gauge = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    metrics.Gauge(name, help);
    metrics.Sample(value);
  };
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    metrics.Counter(name, help);
    metrics.Sample(value);
  };
  metrics.Gauge("pillion_build_info", "1; the program's version.");
  metrics.Sample(std::uint64_t{1}, {{"version", PILLION_VERSION}});
  gauge("pillion_ready", "1: every model answers, and the server does not drain.",
        scorer_->Ready() && !draining_ ? 1 : 0);
  gauge("pillion_draining", "1: the server stops.", draining_ ? 1 : 0);
  gauge("pillion_uptime_seconds", "Since the process began.",
        (MonotonicNs() - started_ns_) / 1'000'000'000);
  gauge("pillion_workers", "Scoring threads.", workers_.size());
  gauge("pillion_clients", "Clients of the ring and the socket that are connected.",
        client_count());
  gauge("pillion_clients_max", "Most clients that may be connected.", options_.clients_max);
  gauge("pillion_handshakes", "Connected, but not a client yet.", callers_.size());
  counter("pillion_clients_refused_total", "Connections that were not let in.", refused_);
  counter("pillion_clients_evicted_total", "Connections that said nothing for too long.", evicted_);
  counter("pillion_clients_lost_total", "Clients that hung up with requests under way.", lost_);
  metrics.Counter("pillion_requests_total", "Requests answered, by the way they came.");
  metrics.Sample(totals.ring, {{"transport", "ring"}});
  metrics.Sample(totals.socket, {{"transport", "socket"}});
  metrics.Counter("pillion_answers_total", "Answers, by the model as it was bound, and code.");
  for (const auto& [model, sums] : totals.models) {
    for (std::size_t code = 0; code < sums.answers.size(); ++code) {
      if (sums.answers[code] == 0) continue;
      metrics.Sample(sums.answers[code],
                     {{"model", model}, {"code", Name(static_cast<ScoreCode>(code))}});
    }
  }
  metrics.Histogram("pillion_request_duration_seconds",
                    "From when a worker turns to a request until it is answered; short ones are "
                    "sampled and counted for the others.");
  for (const auto& [model, sums] : totals.models) {
    metrics.Samples(DurationCounters::kBoundsNs, sums.durations.buckets, sums.durations.sum_ns,
                    {{"model", model}});
  }
  metrics.Counter("pillion_worker_busy_seconds_total",
                  "Of all workers, turns in which there was something to do: over the time and "
                  "pillion_workers, how saturated they are.");
  metrics.Sample(static_cast<double>(totals.busy_ns) / 1e9);
  counter("pillion_requests_failed_total", "Answers of another code than kOk.", totals.failed());
  counter("pillion_answers_over_slot_total", "Ring answers longer than their slot.",
          totals.over_slot);
  counter("pillion_protocol_violations_total", "Clients closed for breaking the protocol.",
          totals.violations);
  counter("pillion_worker_kicks_total", "How often workers were woken.", totals.kicks);
  counter("pillion_worker_sleeps_total", "How often workers went to sleep.", totals.sleeps);
  gauge("pillion_shared_memory_bytes", "Of all clients' rings.", memory_.held());
  gauge("pillion_shared_memory_bytes_max", "What all clients' rings may take.", memory_.most());
  counter("pillion_shared_memory_refused_total", "Rings that would have taken more.",
          memory_.refused());
  counter("pillion_memory_shortages_total", "How often there was no memory for something.",
          shortages_);
  gauge("process_resident_memory_bytes", "Physical memory, clients' rings included.",
        ResidentBytes());
  metrics.Counter("process_cpu_seconds_total", "Time on processors.");
  metrics.Sample(CpuSeconds());
}

void Server::LogStart() const {
  const Geometry& most = options_.geometry_max;
  log_.Write(LogLevel::kInfo, "listening",
             {{"socket", options_.socket_path},
              {"mode", Octal(options_.socket_mode)},
              {"control", options_.control_path},
              {"shared_memory", options_.shared_memory ? "yes" : "no"},
              {"allow_uid", Joined(options_.allowed_uids)},
              {"allow_gid", Joined(options_.allowed_gids)}});
  log_.Write(LogLevel::kInfo, "limits",
             {{"workers", worker_count_},
              {"clients", options_.clients_max},
              {"clients_per_user", options_.clients_per_user_max},
              {"handshakes", options_.handshakes_max},
              {"layouts_per_client", options_.layouts_max},
              {"lanes_per_client", most.lane_count},
              {"request_slot_bytes", most.request_slot_bytes},
              {"answer_slot_bytes", most.answer_slot_bytes},
              {"message_bytes", options_.message_bytes_max},
              {"shared_memory_bytes", memory_.most()},
              {"drain_ms", options_.drain_time_max.count()}});
}

void Server::LogStop() const {
  const Totals totals = Sum();
  const std::uint64_t now = MonotonicNs();
  log_.WriteHeldBack(true);
  log_.Write(LogLevel::kInfo, "stopped",
             {{"drain_ms", (now - drain_started_ns_) / 1'000'000},
              {"uptime_s", (now - started_ns_) / 1'000'000'000},
              {"requests", totals.answered()},
              {"requests_failed", totals.failed()},
              {"clients_cut_off", cut_off_ + peers_.size()},
              {"clients_lost", lost_},
              {"clients_refused", refused_},
              {"violations", totals.violations}});
}

}  // namespace pillion
