#include "tests/chaos/honest.h"

#include <algorithm>
#include <stdexcept>

#include "schemas/ring/waiting.h"
#include "tests/chaos/echo_caller.h"

namespace pillion {
namespace {

constexpr std::uint64_t kPeriodNs = 1'000'000;
constexpr std::uint64_t kTimeoutNs = 1'000'000'000;

void CallUntil(const client_api::Model& model, std::uint64_t seed, std::uint64_t start_ns,
               std::uint64_t end_ns, HonestReport* report) {
  EchoCaller caller(model, seed);
  Ledger& ledger = report->ledger;
  for (std::uint64_t intended = start_ns; intended < end_ns; intended += kPeriodNs) {
    if (MonotonicNs() < intended) SleepUntil(intended);
    ++ledger.sent;
    const pillion_code code = caller.Call(EchoCaller::kBytesMax, kTimeoutNs);
    if (code == PILLION_OK) {
      ++(caller.IsRight() ? ledger.ok : ledger.wrong);
      report->took_ns.push_back(MonotonicNs() - intended);
    } else {
      ++(code == PILLION_DEADLINE ? ledger.expired : ledger.refused);
    }
  }
}

}  // namespace

Ledger& Ledger::operator+=(const Ledger& other) {
  sent += other.sent;
  ok += other.ok;
  wrong += other.wrong;
  refused += other.refused;
  expired += other.expired;
  return *this;
}

double HonestReport::PerSecond() const { return static_cast<double>(ledger.ok) / seconds; }

double HonestReport::Quantile(double q) const {
  if (took_ns.empty()) return 0;
  const auto place = static_cast<std::size_t>(q * static_cast<double>(took_ns.size() - 1));
  return static_cast<double>(took_ns[place]) / 1e3;
}

HonestClients::HonestClients(const std::string& socket) {
  for (const char* const scheme : {"shm:", "shm:", "unix:"}) {
    clients_.push_back(ConnectSoon(scheme + socket));
    const auto model = clients_.back().Bind("echo");
    if (!model) throw std::runtime_error(model.error().text);
    models_.push_back(*model);
  }
}

HonestReport HonestClients::Call(std::chrono::milliseconds time) {
  const std::uint64_t start_ns = MonotonicNs();
  const auto time_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(time).count());
  std::vector<HonestReport> reports(models_.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < models_.size(); ++i) {
    const std::uint64_t first_ns = start_ns + i * kPeriodNs / models_.size();
    threads.emplace_back([&, i, first_ns, seed = seed_ += 1'000'000] {
      CallUntil(models_[i], seed, first_ns, start_ns + time_ns, &reports[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  HonestReport all;
  all.seconds = static_cast<double>(MonotonicNs() - start_ns) / 1e9;
  for (const HonestReport& report : reports) {
    all.ledger += report.ledger;
    all.took_ns.insert(all.took_ns.end(), report.took_ns.begin(), report.took_ns.end());
  }
  std::sort(all.took_ns.begin(), all.took_ns.end());
  return all;
}

}  // namespace pillion
