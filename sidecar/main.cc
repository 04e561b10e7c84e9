// `pillion`: a table of commands. Each command is a file of sidecar/commands/.
#include <boost/system/system_error.hpp>
#include <exception>
#include <iostream>
#include <new>
#include <system_error>

#include "sidecar/commands/command.h"

namespace pillion {
namespace {

constexpr CommandRow kCommands[] = {
    {"serve", "Run the sidecar", SetUpServe},
    {"score", "Score the rows of a file", SetUpScore},
    {"inspect", "Show a model's columns, stages and plan", SetUpInspect},
    {"schema", "Write a model's wire schema", SetUpSchema},
    {"validate", "List all that is wrong with bundles", SetUpValidate},
    {"parity", "Compare a model's answers with those expected of it", SetUpParity},
    {"certify", "Write rows with the answers that a model must give", SetUpCertify},
    {"diff", "Show what two models differ in", SetUpDiff},
    {"export", "Write a bundle of a model that Spark saved", SetUpExport},
    {"ops", "List the ops that a bundle may be made of", SetUpOps},
    {"bench", "Measure latency and throughput", SetUpBench},
    {"ctl", "Ask a running sidecar", SetUpCtl},
    {"top", "Watch a running sidecar", SetUpTop},
    {"wait", "Run a command once a sidecar is ready", SetUpWait},
};

constexpr char kFooter[] =
    "Standard output carries data only; messages go to standard error.\n"
    "Exit codes: 0 ok, 1 findings, 64 usage, 65 bad bundle or data, 66 not found, 69 no server or "
    "no\n"
    "Python, 70 internal error, 71 no memory or no threads, 74 output not written, 78 bad\n"
    "configuration or too old a processor.\n"
    "\n"
    "Examples:\n"
    "  pillion validate house.zip\n"
    "  pillion score house.zip houses.csv --to csv --select prediction\n";

constexpr Program kProgram = {"pillion", "Scores MLeap bundles.", PILLION_VERSION, kFooter,
                              kCommands};

// The standard library and Asio each have an exception for that.
bool IsOutOfThreads(const std::exception& error) {
  const auto* of_std = dynamic_cast<const std::system_error*>(&error);
  if (of_std != nullptr) return of_std->code() == std::errc::resource_unavailable_try_again;
  const auto* of_asio = dynamic_cast<const boost::system::system_error*>(&error);
  return of_asio != nullptr &&
         of_asio->code() == boost::system::errc::resource_unavailable_try_again;
}

}  // namespace
}  // namespace pillion

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return static_cast<int>(pillion::RunProgram(pillion::kProgram, argc, argv));
  } catch (const std::bad_alloc&) {
    std::cerr << "pillion: there is no memory for this\n";
    return static_cast<int>(pillion::ExitCode::kNoMemory);
  } catch (const std::exception& error) {
    if (pillion::IsOutOfThreads(error)) {
      std::cerr << "pillion: the system makes no more threads for this user or container: raise "
                   "the limit of processes (ulimit -u, TasksMax, pids.max)\n";
      return static_cast<int>(pillion::ExitCode::kNoMemory);
    }
    std::cerr << "pillion: internal error: " << error.what() << '\n';
    return static_cast<int>(pillion::ExitCode::kInternal);
  }
}
