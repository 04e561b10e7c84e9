// pillion certify: golden rows for a model, from rows and the answers that somebody else gave.
#include <charconv>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/model.h"
#include "sidecar/certificate/certificate.h"
#include "sidecar/commands/certificate_text.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"
#include "sidecar/table/table_file.h"

namespace pillion {
namespace {

using Ulps = std::map<std::string, std::uint64_t, std::less<>>;

struct Options {
  std::string model;
  std::string rows;
  std::string answers;
  std::vector<std::string> ulps;
  std::string made_by;
  std::string output;
  LoadOptions load;
};

// "prediction=2".
Result<Ulps> ParseUlps(const std::vector<std::string>& texts) {
  Ulps ulps;
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    std::uint64_t most = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] =
        std::from_chars(equals == text.npos ? end : text.data() + equals + 1, end, most);
    if (error != std::errc() || stop != end || equals == 0) {
      return Fail(LoadCode::kBadSchema, "--ulps", "expected COLUMN=COUNT, found '" + text + "'");
    }
    ulps.insert_or_assign(text.substr(0, equals), most);
  }
  return ulps;
}

// What CSV and JSON rows have beside `columns` is not read.
Result<Table> ReadTable(const std::string& path, const Schema& columns) {
  TableFile file;
  PILLION_ASSIGN(file, OpenTable(path));
  file.source.columns = columns;
  file.source.other_columns.emplace();
  Table table;
  PILLION_TRY(ReadRows(file.source, *file.text, table.arena(), table));
  return table;
}

struct Written {
  std::string text;
  Certificate certificate;
};

// The text is read back and the model held against it, so that it is known to hold where it goes.
Result<Written> Write(const Options& options) {
  Ulps ulps;
  PILLION_ASSIGN(ulps, ParseUlps(options.ulps));
  std::shared_ptr<const Model> model;
  PILLION_ASSIGN(model, Model::Load(options.model, options.load));
  ReportWarnings(model->warnings());
  Table rows;
  PILLION_ASSIGN(rows, ReadTable(options.rows, model->inputs()));
  Table answers;
  PILLION_ASSIGN(answers, ReadTable(options.answers, model->outputs()));
  Written written;
  PILLION_ASSIGN(written.text, WriteGoldenRows(*model, rows, answers, options.made_by, ulps));
  GoldenRows golden;
  PILLION_ASSIGN(golden, ReadGoldenRows(options.output.empty() ? "golden rows" : options.output,
                                        written.text, *model));
  PILLION_ASSIGN(written.certificate, Certify(std::move(model), golden));
  return written;
}

ExitCode Run(const Options& options) {
  const Result<Written> written = Write(options);
  if (!written) return Report(written.error());
  std::cerr << CertificateText(written->certificate);
  if (!written->certificate.Holds()) return ExitCode::kFindings;
  Output output(options.output);
  if (const ExitCode opened = output.Open(); opened != ExitCode::kOk) return opened;
  output.stream() << written->text;
  return output.Commit();
}

}  // namespace

CommandRun SetUpCertify(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  AddModel(line, options->model);
  line.Add("ROWS", options->rows, "Rows, in any form that pillion score reads").Required();
  line.Add("ANSWERS", options->answers,
           "A row of answers for each of them; may be the same file, as MLeap and Spark write it")
      .Required();
  line.Add("--ulps", options->ulps,
           "COLUMN=COUNT: how many units in the last place the column's answers may be off; may be "
           "repeated")
      .CommaSeparated()
      .DefaultIs("0, every bit");
  line.Add("--made-by", options->made_by, "Who gave the answers, such as 'pyspark 3.5.1'")
      .DefaultIs("not said");
  line.Add("-o,--output", options->output, "File for the golden rows").DefaultIs("standard output");
  AddXgboost(line, options->load);
  line.Footer(
      "Writes golden rows, to be put beside the bundle as NAME.golden.json or into it as\n"
      "golden.json: docs/certificate.md. The model is held against them first; where it answers\n"
      "otherwise nothing is written, the report of pillion parity says where, and the exit code "
      "is\n"
      "1. Columns that the model neither needs nor makes are left out.\n"
      "\n"
      "Examples:\n"
      "  pillion score house.zip houses.frame.json -o answers.frame.json\n"
      "  pillion certify house.zip answers.frame.json answers.frame.json -o house.golden.json\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
