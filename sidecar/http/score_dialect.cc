#include "sidecar/http/score_dialect.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "sidecar/http/openapi.h"
#include "sidecar/http/problem_json.h"
#include "sidecar/models/models_json.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/json_text.h"
#include "sidecar/table/leap_schema.h"
#include "sidecar/table/readers.h"

namespace pillion {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kJsonLines = "application/jsonl";

HttpReply Unknown(const Refusal& refusal) {
  return ProblemReply(ProblemOf(404, refusal.code, refusal.text));
}

// Writes a line a row: its outputs, or a problem. What ScoreTable() reports of a row comes right
// before the row.
class AnswerLines final : public RowSink {
 public:
  // `version_as`: a column in each answer that says its version; empty: none does.
  AnswerLines(const PlanCache::Found& found, std::string version_as)
      : found_(found),
        version_as_(std::move(version_as)),
        writer_(internal::MakeJsonLinesWriter(out_)) {}

  // To be called by ScoreOptions::report and ScoreOptions::skipped.
  void Fail(HttpProblem problem) {
    if (!first_problem_) first_problem_ = problem;
    problem_ = std::move(problem);
  }
  void Skip(std::uint64_t row, const std::string& stage) {
    HttpProblem problem = ProblemOf(422, ScoreCode::kSkipped, "the row was removed by " + stage);
    problem.row = row;
    if (!first_problem_) first_problem_ = problem;
    WriteLine(problem);
  }

  Result<void> Begin(const TableHead& head) override {
    if (version_as_.empty()) return writer_->Begin(head);
    TableHead with_version = head;
    with_version.raw_json.resize(with_version.columns.size());
    with_version.columns.push_back({version_as_, DataType::Scalar(BasicType::kString)});
    return writer_->Begin(with_version);
  }
  Result<void> Add(std::span<const Value> row) override {
    if (problem_) {
      WriteLine(*std::exchange(problem_, std::nullopt));
      return {};
    }
    ++line_count_;
    if (version_as_.empty()) return writer_->Add(row);
    cells_.assign(row.begin(), row.end());
    cells_.push_back(Value::Text(found_.RowVersion()));
    return writer_->Add(cells_);
  }
  Result<void> End() override { return writer_->End(); }

  std::size_t line_count() const { return line_count_; }
  const std::optional<HttpProblem>& first_problem() const { return first_problem_; }
  std::string Text() const { return std::move(out_).str(); }

 private:
  void WriteLine(const HttpProblem& problem) {
    ++line_count_;
    static_cast<void>(writer_->Flush());
    std::string text;
    JsonText json(text, JsonStyle::kCompact);
    WriteProblem(problem, json);
    out_ << text << '\n';
  }

  const PlanCache::Found& found_;
  const std::string version_as_;
  std::vector<Value> cells_;
  std::ostringstream out_;
  std::unique_ptr<RowSink> writer_;
  std::optional<HttpProblem> problem_;  // of the row that comes next
  std::optional<HttpProblem> first_problem_;
  std::size_t line_count_ = 0;
};

// What is wanted: `?select=a,b`, or all that the model makes.
std::vector<std::string> Wanted(const std::string& select, const Schema& made) {
  std::vector<std::string> names;
  if (select.empty()) {
    for (const Field& field : made) names.push_back(field.name);
  }
  std::istringstream rest(select);
  for (std::string name; std::getline(rest, name, ',');) names.push_back(name);
  return names;
}

std::string VersionOf(const ModelRegistry& registry, const std::string& reference) {
  const auto parsed = ModelReference::Parse(reference);
  const auto version = parsed ? registry.VersionOf(*parsed) : std::string();
  return version.value_or("");
}

// A row of zeros and empty texts, of the sizes that the columns declare.
void WriteSample(const Schema& inputs, JsonText& json) {
  json.BeginObject();
  for (const Field& field : inputs) {
    json.Key(field.name);
    if (field.type.shape == Shape::kScalar) {
      if (IsText(field.type.base)) {
        json.String("");
      } else if (field.type.base == BasicType::kBoolean) {
        json.Boolean(false);
      } else {
        json.Number(std::int64_t{0});
      }
    } else if (field.type.shape == Shape::kMap) {
      json.BeginObject();
      json.EndObject();
    } else {
      json.BeginArray();
      constexpr std::int64_t kElementsMax = 1 << 16;
      std::int64_t count = field.type.dimensions ? 1 : 0;
      for (const std::int32_t size : field.type.dimensions.value_or(std::vector<std::int32_t>())) {
        count = size < 0 ? 0 : std::min(count * size, kElementsMax);
      }
      for (std::int64_t i = 0; i < count; ++i) {
        json.Element();
        json.Number(std::int64_t{0});
      }
      json.EndArray();
    }
  }
  json.EndObject();
}

}  // namespace

ScoreDialect::ScoreDialect(const HttpServices&, PlanCache& plans) : plans_(plans) {
  routes_ = {
      {"POST", "/score/{model}", [this](const HttpRequest& request) { return Score(request); }},
      {"GET", "/models", [this](const HttpRequest&) { return List(); }},
      {"GET", "/models/{model}/schema",
       [this](const HttpRequest& request) { return Describe(request, Form::kSchema); }},
      {"GET", "/models/{model}/sample",
       [this](const HttpRequest& request) { return Describe(request, Form::kSample); }},
      {"GET", "/models/{model}/openapi.json",
       [this](const HttpRequest& request) { return Describe(request, Form::kOpenApi); }},
      {"GET", "/models/{model}/certificate",
       [this](const HttpRequest& request) { return Certify(request); }},
  };
}

HttpReply ScoreDialect::Refuse(unsigned status, std::string_view what) const {
  HttpProblem problem = ProblemOf(status, ScoreCode::kMalformed, what);
  problem.code = "http";
  return ProblemReply(problem);
}

HttpReply ScoreDialect::Score(const HttpRequest& request) {
  const std::string type = MediaTypeOf(request.content_type);
  const bool lines =
      type == kJsonLines || type == "application/jsonlines" || type == "application/x-ndjson";
  if (!lines && type != kJson) {
    return Refuse(415,
                  "expected the Content-Type application/json for a row or application/jsonl "
                  "for rows, found '" +
                      type + "'");
  }
  const std::string select = request.Parameter("select");
  const auto found = plans_.Find(request.names.front(), "score " + select);
  if (!found) return Unknown(found.error());
  RowScorer& scorer = *found->scorer;

  AnswerLines answers(*found, request.Parameter("version-as"));
  ScoreOptions options;
  options.select = Wanted(select, scorer.model_outputs());
  options.missing_as_null = request.Parameter("missing-as-null") == "true";
  options.keep_going = true;
  options.report = [&](const BadRow& row) { answers.Fail(ProblemOf(row)); };
  options.skipped = [&](std::uint64_t row, const std::string& stage) { answers.Skip(row, stage); };
  TableSource source{"body", request.body, TableFormat::kJsonLines, {}};
  source.option_names = {"?missing-as-null=true", "?select="};
  const auto summary = ScoreTable(scorer, source, options, answers);
  if (!summary) {
    HttpProblem problem = ProblemOf(400, ScoreCode::kMalformed, summary.error().Text());
    problem.detail =
        summary.error().problems.front().where + ": " +
        ProblemOf(400, ScoreCode::kMalformed, summary.error().problems.front().what).detail;
    return ProblemReply(problem);
  }
  if (!lines && summary->row_count != 1) {
    return ProblemReply(ProblemOf(400, ScoreCode::kMalformed,
                                  "expected one JSON object, found " +
                                      std::to_string(summary->row_count) +
                                      " rows; send several as application/jsonl"));
  }
  if (!lines && answers.first_problem()) return ProblemReply(*answers.first_problem());
  HttpReply reply{200, std::string(lines ? kJsonLines : kJson), answers.Text()};
  found->Tell(reply);
  return reply;
}

HttpReply ScoreDialect::List() const {
  return {200, std::string(kJson), ModelsJson(*plans_.models().Now()) + "\n"};
}

HttpReply ScoreDialect::Certify(const HttpRequest& request) const {
  const auto version = plans_.models().Now()->Find(request.names.front());
  if (!version) return Unknown(version.error());
  if (!(*version)->certificate()) {
    HttpProblem problem = ProblemOf(404, ScoreCode::kUnknownModel,
                                    "the model has no golden rows: pillion certify writes some");
    return ProblemReply(problem);
  }
  HttpReply reply{200, std::string(kJson), {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  WriteCertificate(*(*version)->certificate(), json);
  reply.body += '\n';
  return reply;
}

HttpReply ScoreDialect::Describe(const HttpRequest& request, Form form) {
  const std::string select = request.Parameter("select");
  const auto registry = plans_.models().Now();
  const auto version = registry->Find(request.names.front());
  if (!version) return Unknown(version.error());
  Model::BindOptions bind;
  bind.outputs = Wanted(select, (*version)->model().outputs());
  const auto plan = (*version)->model().Bind(bind);
  if (!plan) {
    return ProblemReply(ProblemOf(400, ScoreCode::kUnknownColumn, plan.error().Text()));
  }
  HttpReply reply{200, std::string(kJson), {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  if (form == Form::kSample) {
    WriteSample((*plan)->inputs(), json);
  } else if (form == Form::kOpenApi) {
    const std::string& reference = request.names.front();
    WriteOpenApi(
        {reference, VersionOf(*registry, reference), select, (*plan)->inputs(), (*plan)->outputs()},
        json);
  } else {
    json.BeginObject();
    json.Key("inputs");
    WriteSchemaJson((*plan)->inputs(), json);
    json.Key("outputs");
    WriteSchemaJson((*plan)->outputs(), json);
    json.EndObject();
  }
  reply.body += '\n';
  return reply;
}

}  // namespace pillion
