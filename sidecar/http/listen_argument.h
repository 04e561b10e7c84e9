// Where HTTP is listened to, and which dialects are spoken there, as a command line says it:
// "tcp:127.0.0.1:8080=score,health", "tcp:[::1]:8080=score", "unix:/run/pillion/http.sock=score".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace pillion {

struct ListenArgument {
  std::string path;     // of a Unix socket; empty: TCP
  std::string address;  // numeric
  std::uint16_t port = 0;
  std::vector<std::string> dialects;

  // `known`: the dialects there are. An error is one sentence.
  static tl::expected<ListenArgument, std::string> Parse(
      std::string_view text, const std::vector<std::string_view>& known);
  // What stands in front of the '='.
  std::string Place() const;
};

}  // namespace pillion
