// pillion ctl: asks a running sidecar.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "client/pillion.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/run_dir.h"

namespace pillion {
namespace {

struct Options {
  std::string question;
  std::string run_dir = kDefaultRunDir;
  double wait_s = 0;
};

struct Told {
  pillion_code code = PILLION_SERVER_GONE;
  std::string text;
};

constexpr std::uint64_t kTimeoutNs = 1'000'000'000;

Told AskAt(const std::string& socket, const std::string& question) {
  Told told;
  pillion_client* client = nullptr;
  pillion_error error{};
  told.code = pillion_open(("unix:" + socket).c_str(), nullptr, &client, &error);
  if (told.code != PILLION_OK) {
    told.text = error.text;
    return told;
  }
  std::size_t length = 64 * 1024;
  do {  // again where the answer is longer than the room for it
    told.text.resize(length + 1);
    told.code = pillion_ask(client, question.c_str(), kTimeoutNs, told.text.data(),
                            told.text.size(), &length);
  } while (told.code == PILLION_OK && length >= told.text.size());
  told.text.resize(std::min(length, told.text.size() - 1));
  pillion_close(client);
  return told;
}

// The control socket is for the server's user and root; others ask like clients.
Told Ask(const Options& options) {
  Told told = AskAt(ControlPath(options.run_dir), options.question);
  if (told.code == PILLION_OK || told.code == PILLION_DRAINING) return told;
  return AskAt(SocketPath(options.run_dir), options.question);
}

ExitCode Run(const Options& options) {
  const auto give_up = std::chrono::steady_clock::now() +
                       std::chrono::milliseconds(static_cast<std::int64_t>(options.wait_s * 1e3));
  Told told = Ask(options);
  while (told.code != PILLION_OK && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    told = Ask(options);
  }
  if (told.code != PILLION_OK) {
    std::cerr << "pillion ctl: " << SocketPath(options.run_dir) << ": "
              << (told.text.empty() ? pillion_code_text(told.code) : told.text) << '\n';
    return ExitCode::kUnavailable;
  }
  std::cout << told.text << '\n';
  return ExitCode::kOk;
}

}  // namespace

CommandRun SetUpCtl(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("QUESTION", options->question,
           "ready: every model is loaded; status: counters; models: what is served")
      .Required()
      .OneOf({"ready", "status", "models"});
  line.Add("--run-dir", options->run_dir, "Directory of the sidecar's socket")
      .Env("PILLION_RUN_DIR");
  line.Add("--wait", options->wait_s, "Seconds to go on asking").Between(0.0, 3600.0);
  line.Footer(
      "Prints the answer as JSON; 69 if no sidecar answers, which is what probes look at.\n"
      "\n"
      "Examples:\n"
      "  pillion ctl ready --run-dir /tmp/pillion --wait 5\n"
      "  pillion ctl status --run-dir /tmp/pillion\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
