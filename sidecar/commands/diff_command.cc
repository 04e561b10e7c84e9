// pillion diff: what a new version of a model does differently.
#include <fmt/format.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "sidecar/commands/answers_diff.h"
#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/model_diff.h"
#include "sidecar/commands/options.h"

namespace pillion {
namespace {

constexpr std::uint64_t kUlpsShown = 1'000'000;  // beyond, they say nothing to a person

struct Options {
  std::string a;
  std::string b;
  std::string rows;
  LoadOptions load;
};

struct Shown {
  std::string text;
  bool equal = true;
};

std::string AnswersText(const AnswersDiff& diff) {
  std::string text = fmt::format("answers to {} rows: {} by both", diff.row_count, diff.compared);
  if (diff.only_a != 0) text += fmt::format(", {} by A alone", diff.only_a);
  if (diff.only_b != 0) text += fmt::format(", {} by B alone", diff.only_b);
  text += '\n';
  for (const AnswersDiff::Column& column : diff.columns) {
    if (column.furthest == 0) {
      text += fmt::format("  {}: equal to the last bit\n", column.name);
      continue;
    }
    const std::string ulps =
        column.ulps_most > kUlpsShown ? "" : fmt::format(" ({} ulps at most)", column.ulps_most);
    text += fmt::format("~ {}: {} equal, {} apart at most{}; row {}: {} -> {}\n", column.name,
                        column.equal, column.difference_most, ulps, column.furthest, column.a,
                        column.b);
  }
  return text;
}

Result<Shown> Diff(const Options& options) {
  std::shared_ptr<const Model> a;
  PILLION_ASSIGN(a, Model::Load(options.a, options.load));
  std::shared_ptr<const Model> b;
  PILLION_ASSIGN(b, Model::Load(options.b, options.load));
  Shown shown;
  PILLION_ASSIGN(shown.text, DiffModels(*a, *b));
  const bool same = a->content_hash() == b->content_hash();
  shown.equal = shown.text.empty() && same;
  if (shown.equal) {
    shown.text = "the same content\n";
  } else if (shown.text.empty()) {
    shown.text = "the same columns, stages and attributes, but other files\n";
  }
  if (!options.rows.empty()) {
    AnswersDiff answers;
    PILLION_ASSIGN(answers, DiffAnswers(a, b, options.rows));
    shown.text += AnswersText(answers);
    shown.equal = shown.equal && answers.Equal();
  }
  return shown;
}

ExitCode Run(const Options& options) {
  const Result<Shown> shown = Diff(options);
  if (!shown) return Report(shown.error());
  std::cout << shown->text;
  return shown->equal ? ExitCode::kOk : ExitCode::kFindings;
}

}  // namespace

CommandRun SetUpDiff(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.Add("A", options->a, "A model on disk, as pillion serve takes it").Required();
  line.Add("B", options->b, "Another, such as its next version").Required();
  line.Add("--rows", options->rows, "Rows to score with both, in any form that pillion score reads")
      .DefaultIs("none");
  AddXgboost(line, options->load);
  line.Footer(
      "A line for each thing that differs: columns, stages, and what these were made with, such "
      "as\n"
      "labels and coefficients; with --rows also each column that both make. Lines begin with +\n"
      "where only B has it, - where only A has it, ~ where both have. Exit code 0 if nothing\n"
      "differs, 1 otherwise.\n"
      "\n"
      "Examples:\n"
      "  pillion diff house.zip house.zip --rows houses.frame.json\n"
      "  pillion diff house.zip house-rf.zip || echo they differ\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
