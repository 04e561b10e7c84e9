#include "sidecar/commands/ask_sidecar.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

#include "sidecar/commands/run_dir.h"

namespace pillion {
namespace {

constexpr std::chrono::milliseconds kAskEvery{50};
constexpr std::uint64_t kTimeoutNs = 1'000'000'000;
constexpr std::uint64_t kLoadTimeoutNs = 600'000'000'000;  // loading a model may take long

SidecarAnswer AskAt(const std::string& socket, const Asked& asked) {
  SidecarAnswer answer;
  answer.socket = socket;
  pillion_client* client = nullptr;
  pillion_error error{};
  answer.code = pillion_open(("unix:" + socket).c_str(), nullptr, &client, &error);
  if (answer.code != PILLION_OK) {
    answer.text = error.text;
    return answer;
  }
  std::vector<const char*> arguments;
  for (const std::string& argument : asked.arguments) arguments.push_back(argument.c_str());
  const std::uint64_t timeout_ns = asked.OfOwner() ? kLoadTimeoutNs : kTimeoutNs;
  std::size_t length = 1024 * 1024;
  const auto ask = [&](const char* question) {
    answer.text.resize(length + 1);
    answer.code = pillion_ask_with(client, question, arguments.data(), arguments.size(), timeout_ns,
                                   answer.text.data(), answer.text.size(), &length);
  };
  ask(asked.question.c_str());
  // Again where the answer is longer than the room for it; but nothing is done twice.
  if (asked.OfOwner()) arguments.clear();
  while (answer.code == PILLION_OK && length >= answer.text.size()) {
    ask(asked.OfOwner() ? "versions" : asked.question.c_str());
  }
  answer.text.resize(std::min(length, answer.text.size() - 1));
  if (answer.text.empty() && answer.code != PILLION_OK) {
    answer.text = pillion_code_text(answer.code);
  }
  pillion_close(client);
  return answer;
}

}  // namespace

bool Asked::OfOwner() const {
  return question != "ready" && question != "status" && question != "models";
}

SidecarAnswer AskSidecar(const std::string& run_dir, const Asked& asked) {
  SidecarAnswer answer = AskAt(ControlPath(run_dir), asked);
  if (asked.OfOwner() || answer.code == PILLION_OK || answer.code == PILLION_DRAINING) {
    return answer;
  }
  return AskAt(SocketPath(run_dir), asked);
}

SidecarAnswer AskSidecarFor(double seconds, const std::string& run_dir, const Asked& asked) {
  const auto give_up = std::chrono::steady_clock::now() +
                       std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1e3));
  SidecarAnswer answer = AskSidecar(run_dir, asked);
  while (answer.code != PILLION_OK && !asked.OfOwner() &&
         std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(kAskEvery);
    answer = AskSidecar(run_dir, asked);
  }
  return answer;
}

}  // namespace pillion
