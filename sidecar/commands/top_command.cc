// pillion top: what a running sidecar does, again and again.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "sidecar/commands/ask_sidecar.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/run_dir.h"
#include "sidecar/commands/top_view.h"

namespace pillion {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";

struct Options {
  std::string run_dir = kDefaultRunDir;
  double every_s = 1;
  std::uint32_t count = 0;
};

bool IsUtf8Terminal() {
  for (const char* const variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale = value;
    return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

ExitCode Run(const Options& options) {
  const bool on_terminal = isatty(STDOUT_FILENO) != 0;
  const bool graphic = IsUtf8Terminal();
  const std::uint32_t screens = options.count == 0 && !on_terminal ? 1 : options.count;
  std::optional<StatusSample> before;
  Clock::time_point before_at;
  for (std::uint32_t shown = 0;;) {
    const SidecarAnswer answer = AskSidecar(options.run_dir, {"status"});
    const Clock::time_point now_at = Clock::now();
    if (answer.code != PILLION_OK) {
      // On a screen that somebody watches, a server that is started again is shown again.
      if (screens != 0 || !before) {
        std::cerr << "pillion top: " << answer.socket << ": " << answer.text << '\n';
        return ExitCode::kUnavailable;
      }
      std::cout << kClearScreen << answer.socket << ": " << answer.text << std::endl;
    } else {
      const Result<StatusSample> now = ReadStatus(answer.text);
      if (!now) return Report(now.error());
      if (before) {
        const std::chrono::duration<double> passed = now_at - before_at;
        const std::string_view gap = shown == 0 ? "" : "\n";
        std::cout << (on_terminal ? kClearScreen : gap)
                  << TopText(*before, *now, passed.count(), graphic) << std::flush;
        if (++shown == screens) return ExitCode::kOk;
      }
      before = *now;
      before_at = now_at;
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(options.every_s));
  }
}

}  // namespace

CommandRun SetUpTop(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("--run-dir", options->run_dir, "Directory of the sidecar's sockets")
      .Env("PILLION_RUN_DIR");
  line.Add("--every", options->every_s, "Seconds between two looks").Between(0.05, 3600.0);
  line.Add("--count", options->count, "Screens after which it ends")
      .DefaultIs("until it is interrupted; 1 where the output is no terminal");
  line.Footer(
      "Asks over the control socket and costs scoring nothing. Of each model, as it was bound: "
      "the\n"
      "version that answers, answers a second, and how long they took the server, from when it\n"
      "turned to a request: the quantiles and distribution of what came since the last look.\n"
      "\n"
      "Examples:\n"
      "  pillion top --run-dir /tmp/pillion --count 1\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
