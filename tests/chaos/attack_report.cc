#include "tests/chaos/attack_report.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "tests/chaos/amplification.h"
#include "tests/chaos/attacks.h"
#include "tests/chaos/chaos_server.h"
#include "tests/chaos/honest.h"
#include "tests/chaos/process.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

using namespace std::chrono_literals;

double Milliseconds(std::uint64_t since_ns) {
  return static_cast<double>(MonotonicNs() - since_ns) / 1e6;
}

std::unique_ptr<Process> StartAttack(const Attack& attack, const std::string& socket,
                                     std::uint64_t seed) {
  return std::make_unique<Process>(
      std::vector<std::string>{"--attack", attack.name, socket, std::to_string(seed)});
}

bool ReportAttack(const Attack& attack, HonestClients* honest, const std::string& socket,
                  std::chrono::milliseconds time, std::uint64_t seed) {
  const HonestReport quiet = honest->Call(time);
  auto attacker = StartAttack(attack, socket, seed);
  std::this_thread::sleep_for(200ms);
  const HonestReport attacked = honest->Call(time);
  attacker->Kill();
  const HonestReport after = honest->Call(500ms);
  Ledger ledger = quiet.ledger;
  ledger += attacked.ledger;
  ledger += after.ledger;
  const bool right = ledger.Balances();
  std::printf(
      "%-13s %7.0f %7.0f %5.2f | %8.0f %8.0f %5.1f | %8.1f | %8llu %7llu %7llu %5llu %s\n",
      attack.name, quiet.PerSecond(), attacked.PerSecond(),
      attacked.PerSecond() / quiet.PerSecond(), quiet.Quantile(0.99), attacked.Quantile(0.99),
      attacked.Quantile(0.99) / quiet.Quantile(0.99), after.Quantile(1) / 1e3,
      static_cast<unsigned long long>(ledger.sent), static_cast<unsigned long long>(ledger.refused),
      static_cast<unsigned long long>(ledger.expired),
      static_cast<unsigned long long>(ledger.wrong), right ? "balances" : "DOES NOT BALANCE");
  std::fflush(stdout);
  return right;
}

void ReportStops(const Attack& attack, std::uint64_t seed) {
  for (const int signals : {1, 2}) {
    const TemporaryDirectory directory;
    auto server = StartServer(directory.socket());
    auto attacker = StartAttack(attack, directory.socket(), seed);
    std::this_thread::sleep_for(500ms);
    server->Signal(SIGTERM);
    std::uint64_t since_ns = MonotonicNs();
    if (signals == 2) {
      std::this_thread::sleep_for(100ms);
      since_ns = MonotonicNs();
      server->Signal(SIGTERM);
    }
    server->Wait();
    std::printf("stop under '%s', %s signal: %.0f ms\n", attack.name,
                signals == 1 ? "after the first" : "after the second", Milliseconds(since_ns));
  }
}

// A server is away for a second: how long after it is back the last of the clients is.
bool ReportOutages() {
  const TemporaryDirectory directory;
  auto server = StartServer(directory.socket());
  HonestClients honest(directory.socket());
  bool right = honest.Call(200ms).ledger.Balances();
  std::vector<double> back_ms;
  for (int i = 0; i < 10; ++i) {
    server->Kill();
    std::this_thread::sleep_for(1s);
    server = StartServer(directory.socket());
    const std::uint64_t since_ns = MonotonicNs();
    // All of them were answered within 10 ms: all are back.
    HonestReport report;
    do {
      report = honest.Call(10ms);
      right = right && report.ledger.Balances();
    } while (report.ledger.ok != report.ledger.sent && Milliseconds(since_ns) < 20'000);
    back_ms.push_back(Milliseconds(since_ns) - 10);
  }
  std::sort(back_ms.begin(), back_ms.end());
  std::printf("outages of 1 s: all clients are back after %.0f ms in the median, %.0f ms at most\n",
              back_ms[back_ms.size() / 2], back_ms.back());
  return right;
}

}  // namespace

bool ReportAttacks(std::chrono::milliseconds time, const std::string& only, std::uint64_t seed) {
  const TemporaryDirectory directory;
  auto server = StartServer(directory.socket());
  HonestClients honest(directory.socket());
  bool right = honest.Call(500ms).ledger.Balances();
  const std::uint64_t before_kib = ResidentKiB(server->pid());
  std::printf(
      "\nhonest clients offer %.0f calls a second; p99 in us, from when a call was intended\n",
      HonestClients::kOffered);
  std::printf("%-13s %7s %7s %5s | %8s %8s %5s | %8s | %8s %7s %7s %5s ledger\n", "attack",
              "quiet/s", "under/s", "x", "p99", "p99", "x", "after ms", "sent", "refused",
              "expired", "wrong");
  for (const Attack& attack : Attacks()) {
    if (!only.empty() && only != attack.name) continue;
    right = ReportAttack(attack, &honest, directory.socket(), time, seed) && right;
  }
  std::this_thread::sleep_for(1500ms);
  std::printf("resident: %llu KiB before, %llu KiB after all attackers have gone\n",
              static_cast<unsigned long long>(before_kib),
              static_cast<unsigned long long>(ResidentKiB(server->pid())));
  ReportAmplification();
  ReportStops(Attacks().front(), seed);
  right = ReportOutages() && right;
  return right;
}

}  // namespace pillion
