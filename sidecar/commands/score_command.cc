// pillion score: rows of a file through a model.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"
#include "sidecar/commands/python_handover.h"
#include "sidecar/scoring/client_scorer.h"
#include "sidecar/scoring/plan_scorer.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/table_file.h"

namespace pillion {
namespace {

struct Options {
  std::string model;
  LoadOptions load;
  std::string url;
  std::string input = "-";
  std::string output;
  std::string from;
  std::string to;
  std::vector<std::string> select;
  std::vector<std::string> header;
  std::vector<std::string> nulls;
  std::string delimiter;
  bool missing_as_null = false;
  bool keep_going = false;
};

Result<std::unique_ptr<RowScorer>> OpenScorer(const Options& options) {
  if (options.url.empty()) {
    std::shared_ptr<const Model> model;
    PILLION_ASSIGN(model, Model::Load(options.model, options.load));
    ReportWarnings(model->warnings());
    return std::make_unique<PlanScorer>(std::move(model));
  }
  std::unique_ptr<ClientScorer> remote;
  PILLION_ASSIGN(remote, ClientScorer::Connect(options.url, options.model));
  return remote;
}

// A line on a terminal that grows old while rows are scored, if the answers go elsewhere.
class Progress {
 public:
  explicit Progress(bool answers_to_terminal)
      : shows_(isatty(STDERR_FILENO) != 0 && !answers_to_terminal) {}
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(std::uint64_t rows) {
    const Clock::time_point now = Clock::now();
    if (!shows_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    std::cerr << "\rpillion: " << rows << " rows" << std::flush;
    shown_ = true;
  }
  void Clear() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
    shown_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool shows_;
  bool shown_ = false;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
};

Result<TableFile> OpenInput(const Options& options) {
  TableFile file;
  PILLION_ASSIGN(file,
                 OpenTable(options.input,
                           options.from.empty() ? std::nullopt : ParseTableFormat(options.from)));
  TableSource& source = file.source;
  if (options.from.empty() && !options.header.empty()) source.format = TableFormat::kCsv;
  source.csv.header = options.header;
  source.csv.nulls = options.nulls;
  if (!options.delimiter.empty()) {
    source.csv.delimiter =
        options.delimiter == "tab" || options.delimiter == "\\t" ? '\t' : options.delimiter.front();
  }
  return file;
}

ExitCode ScoreInput(RowScorer& scorer, const Options& options, Output& output) {
  Result<TableFile> input = OpenInput(options);
  if (!input) return Report(input.error());
  if (const ExitCode opened = output.Open(); opened != ExitCode::kOk) return opened;
  Progress progress(output.ToTerminal());
  ScoreOptions score;
  if (!options.select.empty()) score.select = options.select;
  score.missing_as_null = options.missing_as_null;
  score.keep_going = options.keep_going;
  score.report = [&](const BadRow& row) {
    progress.Clear();
    Report(row.problem);
  };
  score.note = [&](const std::string& text) {
    progress.Clear();
    std::cerr << "pillion: " << text << '\n';
  };
  score.progress = [&](std::uint64_t rows) { progress.Update(rows); };
  const std::unique_ptr<RowSink> writer = MakeTableWriter(
      options.to.empty() ? TableFormat::kJson : *ParseTableFormat(options.to), output.stream());
  const Result<ScoreSummary> summary =
      ScoreTable(scorer, input->source, *input->text, score, *writer);
  progress.Clear();
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

bool IsForPython(const Options& options) {
  if (IsColumnarForm(options.from) || IsColumnarForm(options.to)) return true;
  return options.from.empty() && options.input != "-" && IsColumnarFile(options.input);
}

ExitCode ScoreByPython(const Options& options) {
  const auto refuse = [](const char* option, const char* why) {
    std::cerr << "pillion: " << option << ": " << why << '\n';
    return ExitCode::kUsage;
  };
  for (const auto& [option, form] :
       {std::pair("--from", &options.from), std::pair("--to", &options.to)}) {
    if (form->empty() || IsColumnarForm(*form)) continue;
    return refuse(option, "Parquet and Arrow files are scored to Parquet and Arrow files alone");
  }
  if (!options.header.empty() || !options.nulls.empty() || !options.delimiter.empty()) {
    return refuse("--header, --null, --delimiter", "are for CSV");
  }
  const LoadOptions usual;
  if (options.load.xgboost_runtime != usual.xgboost_runtime ||
      options.load.xgboost_missing != usual.xgboost_missing) {
    return refuse("--xgboost, --xgboost-missing", "are not for Parquet and Arrow files");
  }
  std::vector<std::string> arguments = {"score"};
  const auto add = [&arguments](const char* option, const std::string& value) {
    if (!value.empty()) arguments.push_back(std::string(option) + "=" + value);
  };
  add("--url", options.url);
  add("--from", options.from);
  add("--to", options.to);
  std::string select;
  for (const std::string& name : options.select) select += (select.empty() ? "" : ",") + name;
  add("--select", select);
  add("--output", options.output);
  if (options.missing_as_null) arguments.emplace_back("--missing-as-null");
  if (options.keep_going) arguments.emplace_back("--keep-going");
  arguments.insert(arguments.end(), {"--", options.model, options.input});
  return HandToPython(arguments, "Parquet and Arrow files are read", "pyarrow pillion");
}

ExitCode Run(const Options& options) {
  if (IsForPython(options)) return ScoreByPython(options);
  if (options.delimiter.size() > 1 && options.delimiter != "tab" && options.delimiter != "\\t") {
    std::cerr << "pillion: --delimiter: expected one character or tab, found '" << options.delimiter
              << "'\n";
    return ExitCode::kUsage;
  }
  const Result<std::unique_ptr<RowScorer>> scorer = OpenScorer(options);
  if (!scorer) {
    const ExitCode code = Report(scorer.error());
    return options.url.empty() ? code : ExitCode::kUnavailable;
  }
  Output output(options.output);
  const ExitCode scored = ScoreInput(**scorer, options, output);
  if (scored == ExitCode::kIo) return scored;
  const bool done = scored == ExitCode::kOk || scored == ExitCode::kFindings;
  const ExitCode written = done ? output.Commit() : output.Flush();
  return written == ExitCode::kIo ? written : scored;
}

}  // namespace

CommandRun SetUpScore(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("MODEL", options->model, "Bundle: a zip or a directory; with --url a name").Required();
  line.Add("INPUT", options->input, "Rows: a file, or - for standard input");
  line.Add("--url", options->url,
           "A running sidecar: shm:SOCKET, or unix:SOCKET for the socket alone; or inproc:MODEL")
      .DefaultIs("scored in this process")
      .Env("PILLION_URL");
  line.Add("--from", options->from, "Form of INPUT")
      .DefaultIs("told by its content")
      .OneOf({"json", "binary", "jsonl", "csv", "avro", "parquet", "arrow"})
      .Env("PILLION_FROM");
  line.Add("--to", options->to, "Form of the answers; json is a leap frame")
      .DefaultIs("json; of parquet and arrow INPUT's own")
      .OneOf({"json", "binary", "jsonl", "csv", "parquet", "arrow"})
      .Env("PILLION_TO");
  AddXgboost(line, options->load);
  AddSelect(line, options->select, "Columns of the answers, of INPUT or of the model: a,b,c");
  line.Add("-o,--output", options->output, "File for the answers; replaced when all is done")
      .DefaultIs("standard output");
  line.AddFlag("--missing-as-null", options->missing_as_null,
               "Columns that INPUT, or a JSON row, does not have are null where they may be")
      .Env("PILLION_MISSING_AS_NULL");
  line.AddFlag("--keep-going", options->keep_going,
               "Rows that cannot be read or scored get nulls and are reported; exit code 1")
      .Env("PILLION_KEEP_GOING");
  line.Add("--header", options->header, "CSV without a header line: its columns in order, a,b,c")
      .CommaSeparated()
      .DefaultIs("the first line");
  line.Add("--delimiter", options->delimiter, "CSV: what stands between fields, or tab")
      .DefaultIs("told by the header");
  line.Add("--null", options->nulls, "CSV: a field that means null, such as NA; may be repeated")
      .CommaSeparated()
      .DefaultIs("the empty one alone");
  line.Footer(
      "INPUT is a leap frame (json, MLeap's binary form, or avro), JSON rows (jsonl) or CSV,\n"
      "plain or compressed with gzip or zstd. JSON rows are an object a line, objects over\n"
      "several lines, an array of objects, pandas' split form, or a request as MLflow, TensorFlow\n"
      "Serving and SageMaker take it. JSON rows and CSV are a stream: each row is answered before\n"
      "the next one is waited for, and any number of rows takes the memory of a few. The other\n"
      "forms are read to the end of the input first, and may have 2 GiB. Parquet and Arrow files\n"
      "are scored to Parquet and Arrow files by the packages pillion and pyarrow of the python3 "
      "in\n"
      "PATH, or of the one that PILLION_PYTHON names; on standard input --from has to name them.\n"
      "\n"
      "A value is read by its own type and cast as MLeap casts: true is 1 to a number, 98103 is\n"
      "\"98103\" to text; NaN and Infinity are numbers. A needed column must be there, and null "
      "has\n"
      "to be said, or --missing-as-null be given; JSON rows may leave out what an imputer fills.\n"
      "Columns that the model does not know pass through. A bad row ends the command with 65 and\n"
      "names row, column and reason. Rows that a stage removes are left out and counted.\n"
      "\n"
      "Examples:\n"
      "  pillion score house.zip houses.frame.json\n"
      "  pillion score house.zip houses.csv --to csv --select id,prediction -o prices.csv\n"
      "  pillion score --url shm:/run/pillion/pillion.sock house houses.frame.json\n"
      "  echo '{\"id\": 7, \"bedrooms\": 3, \"bathrooms\": 1, \"sqft_living\": 1180,\n"
      "         \"sqft_lot\": 5650, \"floors\": 1, \"waterfront\": false, \"view\": 0,\n"
      "         \"condition\": 3, \"grade\": 7, \"sqft_above\": 1180, \"yr_built\": 1955,\n"
      "         \"yr_renovated\": 0, \"lat\": 47.5112, \"long\": -122.257, \"sqft_living15\": "
      "1340,\n"
      "         \"sqft_lot15\": 5650, \"zipcode\": 98178}' |\n"
      "    pillion score house.zip --to jsonl --select id,prediction\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
