// What a client may do that means no good, or knows no better. Each is a program of its own, that
// goes on until it is killed.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace pillion {

struct Attack {
  const char* name;
  // Never returns. Throws where the server is not there, or closes the connection.
  void (*run)(const std::string& socket, std::uint64_t seed);
};

std::span<const Attack> Attacks();
// Again and again until the process is killed. False: there is no such attack.
bool RunAttack(const std::string& name, const std::string& socket, std::uint64_t seed);

}  // namespace pillion
