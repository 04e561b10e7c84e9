#include "sidecar/bench/report.h"

#include <fmt/format.h>

#include "sidecar/bench/ticks.h"

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

std::string JsonString(const std::optional<std::string>& text) {
  if (!text) return "null";
  std::string out = "\"";
  for (const char c : *text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
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
  out << fmt::format(
      R"({{"what":"{}","transport":{},"mode":"{}","model":{},"row_bytes":{},"in_flight":{},)"
      R"("batch":{},"p50_ns":{},"p90_ns":{},"p99_ns":{},"p999_ns":{},"p9999_ns":{},"max_ns":{},)"
      R"("rows_per_s":{:.1f}}})"
      "\n",
      m.what, JsonString(m.transport), m.mode, JsonString(m.model), m.row_bytes, m.in_flight,
      m.batch, QuantileNs(m, 0.5), QuantileNs(m, 0.9), QuantileNs(m, 0.99), QuantileNs(m, 0.999),
      QuantileNs(m, 0.9999), TicksToNs(m.latency.max_ticks()), m.rows_per_s);
}

}  // namespace pillion::bench
