#include "sidecar/commands/top_view.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace pillion {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr auto& kBoundsNs = DurationCounters::kBoundsNs;
using Buckets = std::array<std::uint64_t, DurationCounters::kBuckets>;

std::size_t BucketOf(std::string_view bound) {
  std::uint64_t ns = 0;
  const auto end = std::from_chars(bound.data(), bound.data() + bound.size(), ns).ptr;
  if (end != bound.data() + bound.size()) return kBoundsNs.size();
  return static_cast<std::size_t>(std::ranges::lower_bound(kBoundsNs, ns) - kBoundsNs.begin());
}

// The version that answers those who have bound `name`, `name@version` or `name:label`.
std::string VersionOf(std::string_view bound, const std::map<std::string, element>& served) {
  const std::size_t end = bound.find_first_of("@:");
  const auto model = served.find(std::string(bound.substr(0, end)));
  std::string_view version;
  if (model == served.end()) return "";
  if (end == bound.npos) {
    if (model->second["published"].get(version) != simdjson::SUCCESS) return "";
  } else if (bound[end] == '@') {
    version = bound.substr(end + 1);
  } else if (model->second["labels"][bound.substr(end + 1)].get(version) != simdjson::SUCCESS) {
    return "";
  }
  return std::string(version);
}

void ReadModels(const element& status, StatusSample& sample) {
  std::map<std::string, element> served;
  for (const element model : simdjson::dom::array(status["models"])) {
    const std::string name{std::string_view(model["name"])};
    served.emplace(name, model);
    sample.models[name];
    std::string_view failure;
    if (model["failure"].get(failure) == simdjson::SUCCESS) {
      sample.load_failures.push_back(name + ": " + std::string(failure));
    }
  }
  for (const auto [bound, codes] : object(status["codes_by_model"])) {
    StatusSample::Model& model = sample.models[std::string(bound)];
    for (const auto [code, count] : object(codes)) {
      model.answered += std::uint64_t{count};
      if (code != "kOk") model.failed += std::uint64_t{count};
    }
  }
  for (const auto [bound, durations] : object(status["durations_by_model"])) {
    StatusSample::Model& model = sample.models[std::string(bound)];
    for (const auto [up_to, count] : object(durations["requests_up_to_ns"])) {
      model.buckets[BucketOf(up_to)] += std::uint64_t{count};
    }
  }
  for (auto& [bound, model] : sample.models) model.version = VersionOf(bound, served);
}

StatusSample Read(const element& status) {
  StatusSample sample;
  sample.version = std::string(std::string_view(status["version"]));
  sample.ready = status["ready"];
  sample.draining = status["draining"];
  const std::pair<const char*, std::uint64_t*> numbers[] = {
      {"uptime_s", &sample.uptime_s},
      {"resident_bytes", &sample.resident_bytes},
      {"workers", &sample.workers},
      {"busy_ns", &sample.busy_ns},
      {"clients", &sample.clients},
      {"clients_max", &sample.clients_max},
      {"requests_ring", &sample.requests_ring},
      {"requests_socket", &sample.requests_socket},
      {"requests_failed", &sample.requests_failed},
  };
  for (const auto& [key, number] : numbers) *number = status[key];
  ReadModels(status, sample);
  return sample;
}

// Counters of a process that began after `before` are counted from their beginning.
std::uint64_t Since(std::uint64_t before, std::uint64_t now) {
  return now >= before ? now - before : now;
}

std::string Duration(double ns) {
  if (ns < 1e3) return fmt::format("{:.0f} ns", ns);
  if (ns < 1e6) return fmt::format("{:.3g} us", ns / 1e3);
  return fmt::format("{:.3g} ms", ns / 1e6);
}

// Of durations that are spread evenly within their buckets.
std::string Quantile(const Buckets& buckets, double quantile) {
  const std::uint64_t count = std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
  if (count == 0) return "-";
  double rank = quantile * static_cast<double>(count);
  for (std::size_t i = 0; i < kBoundsNs.size(); ++i) {
    const auto in_bucket = static_cast<double>(buckets[i]);
    if (rank <= in_bucket && in_bucket > 0) {
      const double from = i == 0 ? 0 : static_cast<double>(kBoundsNs[i - 1]);
      return Duration(from + (static_cast<double>(kBoundsNs[i]) - from) * rank / in_bucket);
    }
    rank -= in_bucket;
  }
  return "> " + Duration(static_cast<double>(kBoundsNs.back()));
}

// A column for each bucket, as high as its part of the fullest one; a dot where there is none.
std::string Bars(const Buckets& buckets, bool graphic) {
  static constexpr std::string_view kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view kDigits[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
  const std::uint64_t most = *std::ranges::max_element(buckets);
  std::string bars;
  for (const std::uint64_t count : buckets) {
    if (count == 0) {
      bars += '.';
    } else {
      const auto height = static_cast<std::size_t>(7 * count / most);
      bars += graphic ? kBlocks[height] : kDigits[height];
    }
  }
  return bars;
}

std::string Uptime(std::uint64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds / 3600 % 24);
}

std::string_view StateOf(const StatusSample& sample) {
  if (sample.draining) return "draining";
  return sample.ready ? "ready" : "not ready";
}

}  // namespace

Result<StatusSample> ReadStatus(std::string_view json) {
  try {
    simdjson::dom::parser parser;
    return Read(parser.parse(json.data(), json.size()));
  } catch (const simdjson::simdjson_error& error) {
    return Fail(LoadCode::kBadBundle, "status",
                fmt::format("is not what this program's servers answer ({}); is it of another "
                            "version?",
                            error.what()));
  }
}

std::string TopText(const StatusSample& before, const StatusSample& now, double seconds,
                    bool graphic) {
  const bool restarted = now.uptime_s < before.uptime_s;
  const StatusSample from = restarted ? StatusSample() : before;
  const auto rate = [&](std::uint64_t earlier, std::uint64_t later) {
    return static_cast<double>(Since(earlier, later)) / seconds;
  };
  const double busy = rate(from.busy_ns, now.busy_ns) / 1e7 /
                      static_cast<double>(std::max<std::uint64_t>(now.workers, 1));
  std::string text = fmt::format(
      "pillion {}  {}, up {}{}\n"
      "workers {}, busy {:.0f} %   clients {} of {}   memory {:.1f} MiB\n"
      "requests/s: {:.0f} by ring, {:.0f} by socket, {:.0f} failed\n\n",
      now.version, StateOf(now), Uptime(now.uptime_s), restarted ? ", restarted" : "", now.workers,
      std::min(busy, 100.0), now.clients, now.clients_max,
      static_cast<double>(now.resident_bytes) / (1 << 20),
      rate(from.requests_ring, now.requests_ring), rate(from.requests_socket, now.requests_socket),
      rate(from.requests_failed, now.requests_failed));
  text += fmt::format("{:<24} {:<14} {:>9} {:>9} {:>9} {:>9}  {}\n", "MODEL", "VERSION",
                      "ANSWERS/S", "FAILED/S", "P50", "P99", "250 ns to 100 ms");
  for (const auto& [name, model] : now.models) {
    const auto found = from.models.find(name);
    const StatusSample::Model earlier =
        found == from.models.end() ? StatusSample::Model() : found->second;
    Buckets buckets;
    std::ranges::transform(earlier.buckets, model.buckets, buckets.begin(), Since);
    text += fmt::format("{:<24} {:<14} {:>9.0f} {:>9.0f} {:>9} {:>9}  {}\n", name,
                        model.version.empty() ? "-" : model.version,
                        rate(earlier.answered, model.answered), rate(earlier.failed, model.failed),
                        Quantile(buckets, 0.5), Quantile(buckets, 0.99), Bars(buckets, graphic));
  }
  for (const std::string& failure : now.load_failures) text += "not loaded: " + failure + "\n";
  return text;
}

}  // namespace pillion
