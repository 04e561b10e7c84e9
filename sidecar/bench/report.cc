#include "sidecar/bench/report.h"

#include <fmt/format.h>

#include <cmath>
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
  if (m.transport == "inproc") label += ", in process";
  if (m.transport == "shm") label += ", shared memory";
  if (m.transport == "unix") label += ", Unix socket";
  if (m.in_flight > 1) label += fmt::format(", {} in flight", m.in_flight);
  if (m.batch > 1) label += fmt::format(", batches of {}", m.batch);
  return label;
}

void WriteText(std::string_view key, const std::optional<std::string>& text, JsonText& json) {
  json.Key(key);
  text ? json.String(*text) : json.Null();
}

}  // namespace

void PrintTable(const std::vector<Measurement>& measurements, std::ostream& out) {
  out << fmt::format("{:<44} {:>9} {:>9} {:>9} {:>9} {:>9} {:>12}\n", "", "p50", "p90", "p99",
                     "p99.9", "max", "rows/s");
  for (const Measurement& m : measurements) {
    out << fmt::format("{:<44} {:>9} {:>9} {:>9} {:>9} {:>9} {:>12.0f}\n", Label(m),
                       Duration(QuantileNs(m, 0.5)), Duration(QuantileNs(m, 0.9)),
                       Duration(QuantileNs(m, 0.99)), Duration(QuantileNs(m, 0.999)),
                       Duration(TicksToNs(m.latency.max_ticks())), m.rows_per_s);
  }
}

void PrintJsonLine(const Measurement& m, std::ostream& out) {
  std::string text;
  JsonText json(text, JsonLayout::kCompact);
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
  json.EndObject();
  out << text << '\n';
}

}  // namespace pillion::bench
