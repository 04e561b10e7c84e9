// pillion ctl: asks a running sidecar, and tells it which models to serve.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/pillion.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/run_dir.h"

namespace pillion {
namespace {

struct Options {
  std::string question;
  std::vector<std::string> arguments;
  std::string label;
  std::string run_dir = kDefaultRunDir;
  double wait_s = 0;

  // The server's user's and root's alone.
  bool OfOwner() const {
    return question != "ready" && question != "status" && question != "models";
  }
};

struct Told {
  pillion_code code = PILLION_SERVER_GONE;
  std::string text;
};

constexpr std::uint64_t kTimeoutNs = 1'000'000'000;
constexpr std::uint64_t kLoadTimeoutNs = 600'000'000'000;  // loading a model may take long

Told AskAt(const std::string& socket, const Options& options) {
  Told told;
  pillion_client* client = nullptr;
  pillion_error error{};
  told.code = pillion_open(("unix:" + socket).c_str(), nullptr, &client, &error);
  if (told.code != PILLION_OK) {
    told.text = error.text;
    return told;
  }
  std::vector<const char*> arguments;
  for (const std::string& argument : options.arguments) arguments.push_back(argument.c_str());
  if (!options.label.empty()) arguments.push_back(options.label.c_str());
  const std::uint64_t timeout_ns = options.OfOwner() ? kLoadTimeoutNs : kTimeoutNs;
  std::size_t length = 1024 * 1024;
  const auto ask = [&](const char* question) {
    told.text.resize(length + 1);
    told.code = pillion_ask_with(client, question, arguments.data(), arguments.size(), timeout_ns,
                                 told.text.data(), told.text.size(), &length);
  };
  ask(options.question.c_str());
  // Again where the answer is longer than the room for it; but nothing is done twice.
  if (options.OfOwner()) arguments.clear();
  while (told.code == PILLION_OK && length >= told.text.size()) {
    ask(options.OfOwner() ? "versions" : options.question.c_str());
  }
  told.text.resize(std::min(length, told.text.size() - 1));
  pillion_close(client);
  return told;
}

// The control socket is for the server's user and root; others ask like clients.
Told Ask(const Options& options) {
  Told told = AskAt(ControlPath(options.run_dir), options);
  if (options.OfOwner() || told.code == PILLION_OK || told.code == PILLION_DRAINING) return told;
  return AskAt(SocketPath(options.run_dir), options);
}

ExitCode ExitCodeOf(pillion_code code) {
  switch (code) {
    case PILLION_MALFORMED: return ExitCode::kUsage;
    case PILLION_UNKNOWN_MODEL: return ExitCode::kNoInput;
    case PILLION_REFUSED: return ExitCode::kData;
    default: return ExitCode::kUnavailable;
  }
}

ExitCode Run(const Options& options) {
  const auto give_up = std::chrono::steady_clock::now() +
                       std::chrono::milliseconds(static_cast<std::int64_t>(options.wait_s * 1e3));
  Told told = Ask(options);
  while (told.code != PILLION_OK && !options.OfOwner() &&
         std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    told = Ask(options);
  }
  if (told.code != PILLION_OK) {
    const std::string path =
        options.OfOwner() ? ControlPath(options.run_dir) : SocketPath(options.run_dir);
    std::cerr << "pillion ctl: " << path << ": "
              << (told.text.empty() ? pillion_code_text(told.code) : told.text) << '\n';
    return ExitCodeOf(told.code);
  }
  std::cout << told.text << '\n';
  return ExitCode::kOk;
}

}  // namespace

CommandRun SetUpCtl(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("QUESTION", options->question,
           "ready: every model answers; status: counters; models: what is served; versions [NAME]; "
           "load [NAME[@VERSION]=]PATH; promote NAME@VERSION; rollback NAME; unload NAME[@VERSION]")
      .Required()
      .OneOf({"ready", "status", "models", "versions", "load", "promote", "rollback", "unload"});
  line.Add("WHAT", options->arguments, "A model, as the question wants it").DefaultIs("none");
  line.Add("--label", options->label,
           "load, promote: leave NAME as it is, and let NAME:LABEL be this version")
      .DefaultIs("none");
  line.Add("--run-dir", options->run_dir, "Directory of the sidecar's sockets")
      .Env("PILLION_RUN_DIR");
  line.Add("--wait", options->wait_s, "Seconds to go on asking, where it changes nothing")
      .Between(0.0, 3600.0);
  line.Footer(
      "Prints the answer as JSON. 69 if no sidecar answers, which is what probes look at; 65 if "
      "it\n"
      "refuses, 66 if it knows no such model. All but ready, status and models are for the user "
      "of\n"
      "the sidecar and root: docs/models.md.\n"
      "\n"
      "Examples:\n"
      "  pillion ctl ready --run-dir /tmp/pillion --wait 5\n"
      "  pillion ctl status --run-dir /tmp/pillion\n"
      "  pillion ctl load house@2=house-rf.zip --run-dir /tmp/pillion\n"
      "  pillion ctl versions house --run-dir /tmp/pillion\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
