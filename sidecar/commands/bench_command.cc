// pillion bench: latency and throughput of a model, of a running sidecar, or of the transports
// alone, beside what the machine itself takes.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/bench/bench_run.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"

namespace pillion {
namespace {

ExitCode Run(const bench::BenchOptions& options, bool as_json) {
  Result<std::vector<bench::Measurement>> measurements = bench::RunBench(
      options, [](const std::string& step) { std::cerr << "pillion bench: " << step << '\n'; });
  if (!measurements) return Report(measurements.error());
  if (!as_json) {
    PrintTable(*measurements, std::cout);
    return ExitCode::kOk;
  }
  for (const bench::Measurement& measurement : *measurements) {
    PrintJsonLine(measurement, std::cout);
  }
  return ExitCode::kOk;
}

}  // namespace

CommandRun SetUpBench(CommandLine& line) {
  const auto options = std::make_shared<bench::BenchOptions>();
  const auto as_json = std::make_shared<bool>(false);
  line.Add("MODEL", options->model,
           "A bundle; with --url a served model's name; or the word transport")
      .Required();
  line.Add("--url", options->url, "A running sidecar, shm:SOCKET or unix:SOCKET; or inproc:MODEL")
      .DefaultIs("servers of its own")
      .Env("PILLION_URL");
  line.Add("--rows", options->rows,
           "Rows to score: a leap frame, JSON lines or CSV; needed but for transport");
  line.Add("--select", options->select, "Wanted columns: a,b")
      .DefaultIs("the last one made")
      .CommaSeparated();
  line.Add("--transport", options->transports, "Ways to the model: a,b")
      .DefaultIs("all")
      .CommaSeparated()
      .OneOf({"inproc", "shm", "unix"});
  line.Add("--threads", options->threads, "Threads that send").Between(1, 64);
  line.Add("--in-flight", options->in_flight, "Rows under way at a time on one thread")
      .Between(1, 64);
  line.Add("--batch", options->batch, "Rows per request").Between(1, 65536);
  line.Add("--rate", options->rate,
           "Open loop: requests a second, each timed from its intended moment")
      .DefaultIs("as many as are answered")
      .Positive();
  line.Add("--seconds", options->seconds, "Seconds per measurement").Between(0.1, 3600.0);
  line.Add("--row-bytes", options->row_bytes, "transport: bytes of a request").Between(8, 60000);
  line.AddFlag("--park", options->park, "Both ends sleep between requests instead of spinning");
  line.AddFlag("--json", *as_json, "One JSON object a line");
  line.Footer(
      "Rows differ from request to request: where the file has fewer than 4096, copies with "
      "slightly\n"
      "changed numbers are added. Figures over shm and unix hold building the row, the way there\n"
      "and back, and reading the answer; in process there are three: from the bytes of a request "
      "to\n"
      "those of its answer, the values alone, and a call of the client library's inproc: way.\n"
      "\n"
      "Time is cut into rounds of 0.1 s, each after 25 ms of the machine's own floor: two "
      "processes\n"
      "that hand a cache line to and fro, or wake each other, or share a socket. \"floors\" is "
      "the\n"
      "median of the rounds' ratios, with its quartiles. A run is quiet if nearly no time was "
      "stolen\n"
      "and no thread was put off its CPU; only then do tails mean anything.\n"
      "\n"
      "Examples:\n"
      "  pillion bench house.zip --rows houses.frame.json\n"
      "  pillion bench --url shm:/tmp/pillion/pillion.sock house --rows houses.csv --rate 2000\n"
      "  pillion bench transport --row-bytes 240 --json\n");
  return [options, as_json] { return Run(*options, *as_json); };
}

}  // namespace pillion
