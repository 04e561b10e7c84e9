// Clients that do as they should, and hold every answer against what it must be.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/pillion.hpp"

namespace pillion {

// What became of calls: sent = ok + refused + expired, and wrong = 0.
struct Ledger {
  std::uint64_t sent = 0;
  std::uint64_t ok = 0;       // with the right answer
  std::uint64_t wrong = 0;    // with another one
  std::uint64_t refused = 0;  // by the server, or there was none
  std::uint64_t expired = 0;

  bool Balances() const { return wrong == 0 && sent == ok + refused + expired; }
  Ledger& operator+=(const Ledger& other);
};

struct HonestReport {
  Ledger ledger;
  double seconds = 0;
  std::vector<std::uint64_t> took_ns;  // of calls that were answered, ascending

  double PerSecond() const;
  // In us.
  double Quantile(double q) const;
};

// Two threads over shared memory and one over the socket, with connections of their own. Calls are
// made at intended times, 1,000 a second each; a thread that is late makes its calls at once, and
// their time counts from when they were intended.
class HonestClients {
 public:
  explicit HonestClients(const std::string& socket);

  // All of them, for so long.
  HonestReport Call(std::chrono::milliseconds time);

  static constexpr double kOffered = 3000;  // a second

 private:
  std::vector<Client> clients_;  // one a thread
  std::vector<client_api::Model> models_;
  std::uint64_t seed_ = 1;
};

}  // namespace pillion
