#include "sidecar/bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "sidecar/bench/ticks.h"
#include "sidecar/table/json_text.h"

namespace pillion::bench {
namespace {

std::uint64_t QuantileNs(const Measurement& measurement, double q) {
  return TicksToNs(measurement.latency.QuantileTicks(q));
}

// "231 ns", "8.65 us", "12.1 ms"
std::string Duration(std::uint64_t ns) {
  const double value = static_cast<double>(ns);
  if (ns < 1000) return fmt::format("{} ns", ns);
  if (ns < 1'000'000) return fmt::format("{:.3g} us", value / 1e3);
  if (ns < 1'000'000'000) return fmt::format("{:.3g} ms", value / 1e6);
  return fmt::format("{:.3g} s", value / 1e9);
}

std::string Label(const Measurement& m) {
  if (m.what == "floor_line") return "floor: cache line, two processes";
  if (m.what == "floor_futex") return "floor: futex, two processes";
  if (m.what == "floor_socket") return "floor: Unix socket";
  std::string label = m.model.value_or("null scorer");
  if (m.transport == "inproc") {
    label += m.what == "plan"   ? ", in process, values only"
             : m.what == "call" ? ", in process, a call of the client"
                                : ", in process, bytes to bytes";
  }
  if (m.transport == "shm") label += ", shared memory";
  if (m.transport == "unix") label += ", Unix socket";
  if (m.in_flight > 1) label += fmt::format(", {} in flight", m.in_flight);
  if (m.batch > 1) label += fmt::format(", batches of {}", m.batch);
  return label;
}

std::string RatioText(const Measurement& m) {
  const auto ratio = RatioToFloor(m.rounds);
  if (!ratio) return "";
  return fmt::format("{:.2f} ({:.2f}..{:.2f})", ratio->median, ratio->low, ratio->high);
}

// What a reader must know before believing the figures of the table.
std::string Circumstances(const Measurement& m) {
  std::string text = m.disturbance.quiet() ? "quiet" : "NOT QUIET";
  text += " (" + m.disturbance.Text() + ")";
  if (m.ring_requests) {
    text += fmt::format("; {} requests by the ring, {} by the socket", *m.ring_requests,
                        *m.socket_requests);
  }
  if (m.asked_transport) text += fmt::format(", although {} was asked for", *m.asked_transport);
  if (m.placement) text += "; " + m.placement->Text();
  return text;
}

void WriteText(std::string_view key, const std::optional<std::string>& text, JsonText& json) {
  json.Key(key);
  text ? json.String(*text) : json.Null();
}

}  // namespace

std::optional<Ratio> RatioToFloor(const std::vector<Round>& rounds) {
  std::vector<double> ratios;
  for (const Round& round : rounds) {
    if (round.floor_p50_ns > 0) ratios.push_back(round.p50_ns / round.floor_p50_ns);
  }
  if (ratios.empty()) return std::nullopt;
  std::sort(ratios.begin(), ratios.end());
  const auto at = [&](double q) {
    return ratios[static_cast<std::size_t>(
        std::lround(q * static_cast<double>(ratios.size() - 1)))];
  };
  return Ratio{at(0.5), at(0.25), at(0.75)};
}

void PrintTable(const std::vector<Measurement>& measurements, std::ostream& out) {
  out << fmt::format("{:<52} {:>9} {:>9} {:>9} {:>9} {:>9} {:>12}  {}\n", "", "p50", "p90", "p99",
                     "p99.9", "max", "rows/s", "floors");
  for (const Measurement& m : measurements) {
    out << fmt::format("{:<52} {:>9} {:>9} {:>9} {:>9} {:>9} {:>12.0f}  {}\n", Label(m),
                       Duration(QuantileNs(m, 0.5)), Duration(QuantileNs(m, 0.9)),
                       Duration(QuantileNs(m, 0.99)), Duration(QuantileNs(m, 0.999)),
                       Duration(TicksToNs(m.latency.max_ticks())), m.rows_per_s, RatioText(m));
  }
  out << '\n';
  bool quiet = true;
  for (const Measurement& m : measurements) {
    out << Label(m) << ": " << Circumstances(m) << '\n';
    quiet = quiet && m.disturbance.quiet();
  }
  if (!quiet) {
    out << "Others used this machine meanwhile: believe no tail, and medians only as ratios.\n";
  }
}

void PrintJsonLine(const Measurement& m, std::ostream& out) {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  json.BeginObject();
  WriteText("what", m.what, json);
  WriteText("transport", m.transport, json);
  WriteText("mode", m.mode, json);
  WriteText("model", m.model, json);
  for (const auto& [key, number] :
       {std::pair<std::string_view, std::uint64_t>("row_bytes", m.row_bytes),
        {"in_flight", m.in_flight},
        {"batch", m.batch},
        {"p50_ns", QuantileNs(m, 0.5)},
        {"p90_ns", QuantileNs(m, 0.9)},
        {"p99_ns", QuantileNs(m, 0.99)},
        {"p999_ns", QuantileNs(m, 0.999)},
        {"p9999_ns", QuantileNs(m, 0.9999)},
        {"max_ns", TicksToNs(m.latency.max_ticks())}}) {
    json.Key(key);
    json.Number(static_cast<std::int64_t>(number));
  }
  json.Key("rows_per_s");
  json.Number(std::round(m.rows_per_s * 10) / 10);
  WriteText("asked_transport", m.asked_transport, json);
  for (const auto& [key, count] :
       {std::pair<std::string_view, std::optional<std::uint64_t>>("ring_requests", m.ring_requests),
        {"socket_requests", m.socket_requests}}) {
    json.Key(key);
    count ? json.Number(static_cast<std::int64_t>(*count)) : json.Null();
  }
  WriteText("floor", m.floor, json);
  const auto ratio = RatioToFloor(m.rounds);
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [key, number] :
       {std::pair<std::string_view, double>("floor_ratio_p50", ratio ? ratio->median : none),
        {"floor_ratio_low", ratio ? ratio->low : none},
        {"floor_ratio_high", ratio ? ratio->high : none},
        {"stolen_percent", m.disturbance.stolen_percent},
        {"forced_switches_per_s", m.disturbance.switches_per_s},
        {"lost_percent", m.disturbance.lost_percent}}) {
    json.Key(key);
    json.Number(std::round(number * 1000) / 1000);
  }
  json.Key("rounds");
  json.Number(static_cast<std::int64_t>(m.rounds.size()));
  std::optional<std::string> placement;
  if (m.placement) placement = Describe(m.placement->relation);
  WriteText("placement", placement, json);
  json.Key("quiet");
  json.Boolean(m.disturbance.quiet());
  json.EndObject();
  out << text << '\n';
}

}  // namespace pillion::bench
