// The suite's server as a process of its own, for clients in other languages: serves TestScorer's
// models until SIGTERM.
//   conformance_server SOCKET
#include <iostream>
#include <string>
#include <utility>

#include "sidecar/transport/server.h"
#include "tests/conformance/test_scorer.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: conformance_server SOCKET\n";
    return 64;
  }
  pillion::TestScorer scorer;
  pillion::TransportOptions options;
  options.socket_path = argv[1];
  auto server = pillion::Server::Create(std::move(options), &scorer);
  if (!server) {
    std::cerr << server.error() << '\n';
    return 1;
  }
  std::cout << "ready" << std::endl;
  return (*server)->Run() ? 0 : 1;
}
