// pillion score: rows of a file through a model.
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"
#include "sidecar/commands/score_remote.h"
#include "sidecar/commands/score_rows.h"

namespace pillion {
namespace {

struct Options {
  std::string model;
  LoadOptions load;
  std::string url;
  std::string input = "-";
  std::string output;
  std::string from;
  std::string to = "json";
  std::vector<std::string> select;
  bool keep_going = false;
};

// A model in this process, or behind a sidecar.
struct Scoring {
  std::function<Result<Schema>(const ScoreOptions&)> columns;  // of JSON lines and CSV
  std::function<Result<ScoreSummary>(const TableSource&, const ScoreOptions&, RowSink&)> score;
};

Result<Scoring> OpenLocal(const std::string& path, const LoadOptions& load) {
  std::shared_ptr<const Model> model;
  PILLION_ASSIGN(model, Model::Load(path, load));
  return Scoring{[model](const ScoreOptions& options) { return ColumnsFor(*model, options); },
                 [model](const TableSource& source, const ScoreOptions& options, RowSink& answers) {
                   return ScoreRows(model, source, options, answers);
                 }};
}

Result<Scoring> OpenRemote(const std::string& url, const std::string& name) {
  Result<RemoteModel> connected = RemoteModel::Connect(url, name);
  if (!connected) return tl::unexpected<LoadError>(connected.error());
  const auto remote = std::make_shared<RemoteModel>(*std::move(connected));
  return Scoring{
      [remote](const ScoreOptions&) { return remote->Columns(); },
      [remote](const TableSource& source, const ScoreOptions& options, RowSink& answers) {
        return remote->ScoreRows(source, options, answers);
      }};
}

ExitCode ScoreInput(const Scoring& scoring, const Options& options, const std::string& text,
                    Output& output) {
  ScoreOptions score;
  if (!options.select.empty()) score.select = options.select;
  score.keep_going = options.keep_going;
  score.report = [](const Problem& problem) { Report(problem); };
  TableSource source{options.input == "-" ? "standard input" : options.input, text, {}, {}};
  source.format = options.from.empty() ? DetectTableFormat(text) : *ParseTableFormat(options.from);
  if (source.format == TableFormat::kJsonLines || source.format == TableFormat::kCsv) {
    Result<Schema> columns = scoring.columns(score);
    if (!columns) return Report(columns.error());
    source.columns = *std::move(columns);
  }
  const std::unique_ptr<RowSink> writer =
      MakeTableWriter(*ParseTableFormat(options.to), output.stream());
  const Result<ScoreSummary> summary = scoring.score(source, score, *writer);
  if (!summary) {
    // The model was there when it was opened, so what is gone is the server.
    const ExitCode code = Report(summary.error());
    return code == ExitCode::kNoInput ? ExitCode::kUnavailable : code;
  }
  if (summary->bad_row_count == 0) return ExitCode::kOk;
  std::cerr << "pillion: " << summary->bad_row_count << " of " << summary->row_count
            << " rows could not be scored\n";
  return ExitCode::kFindings;
}

ExitCode Run(const Options& options) {
  const Result<Scoring> scoring = options.url.empty() ? OpenLocal(options.model, options.load)
                                                      : OpenRemote(options.url, options.model);
  if (!scoring) {
    const ExitCode code = Report(scoring.error());
    return options.url.empty() ? code : ExitCode::kUnavailable;
  }
  const Result<std::string> text = ReadInput(options.input);
  if (!text) return Report(text.error());
  Output output(options.output);
  const ExitCode scored = ScoreInput(*scoring, options, *text, output);
  const ExitCode written = output.Finish();
  return scored == ExitCode::kOk || written == ExitCode::kIo ? written : scored;
}

}  // namespace

CommandRun SetUpScore(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("MODEL", options->model, "Bundle: a zip or a directory; with --url a name").Required();
  line.Add("INPUT", options->input, "Rows: a file, or - for standard input");
  line.Add("--url", options->url,
           "A running sidecar: shm:SOCKET, or unix:SOCKET for the socket alone")
      .DefaultIs("scored in this process")
      .Env("PILLION_URL");
  line.Add("--from", options->from, "Form of INPUT")
      .DefaultIs("told by its content")
      .OneOf({"json", "binary", "jsonl", "csv", "avro"})
      .Env("PILLION_FROM");
  line.Add("--to", options->to, "Form of the answers; json is a leap frame")
      .OneOf({"json", "binary", "jsonl", "csv"})
      .Env("PILLION_TO");
  AddXgboostRuntime(line, options->load);
  AddSelect(line, options->select, "Columns of the answers: a,b,c");
  line.Add("-o,--output", options->output, "File for the answers").DefaultIs("standard output");
  line.AddFlag("--keep-going", options->keep_going,
               "Rows that cannot be scored get nulls and are reported; exit code 1")
      .Env("PILLION_KEEP_GOING");
  line.Footer(
      "INPUT is a leap frame (json, MLeap's binary form, which alone carries NaN both ways, or "
      "avro),\n"
      "JSON lines (an object a line; members that the model does not know are ignored) or CSV with "
      "a\n"
      "header line.\n"
      "Columns of JSON lines and CSV have the types of the model's inputs. A bad row ends the\n"
      "command with 65 and names row, column and reason. Rows that a stage removes are left out.\n"
      "\n"
      "Examples:\n"
      "  pillion score house.zip houses.frame.json\n"
      "  pillion score house.zip houses.csv --to csv --select id,prediction -o prices.csv\n"
      "  pillion score --url shm:/run/pillion/pillion.sock house houses.frame.json\n"
      "  echo '{\"bedrooms\": 3, \"zipcode\": \"98103\"}' | pillion score house.zip --to jsonl\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
