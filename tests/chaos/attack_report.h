// What honest clients notice of one that attacks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pillion {

// Prints one table: throughput and tail of honest clients, quiet and under each attack, in turns,
// with their ledger; how soon they were as before once the attacker had been killed; then what the
// server holds afterwards, what each message costs it, how soon it stops while it is attacked, and
// how soon clients are back after an outage. `only`: one attack; empty: all. False: a ledger did
// not balance, or a call was not as it should be; times are for the reader to judge.
bool ReportAttacks(std::chrono::milliseconds time, const std::string& only, std::uint64_t seed);

}  // namespace pillion
