#include "sidecar/http/problem_json.h"

#include "sidecar/http/reason_phrase.h"

namespace pillion {

HttpProblem ProblemOf(unsigned status, ScoreCode code, std::string_view what) {
  HttpProblem problem{status, std::string(Name(code)), std::string(what), {}, 0};
  if (const std::size_t way_out = what.find("; "); way_out != what.npos) {
    problem.detail = what.substr(0, way_out);
    problem.hint = what.substr(way_out + 2);
  }
  return problem;
}

HttpProblem ProblemOf(const BadRow& row) {
  HttpProblem problem = ProblemOf(422, row.code, row.problem.what);
  problem.field = row.column;
  problem.row = row.number;
  return problem;
}

void WriteProblem(const HttpProblem& problem, JsonText& json) {
  const auto text = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    json.Key(key);
    json.String(value);
  };
  json.BeginObject();
  text("type", "about:blank");
  text("title", ReasonPhrase(problem.status));
  json.Key("status");
  json.Number(std::int64_t{problem.status});
  text("detail", problem.detail);
  text("code", problem.code);
  text("field", problem.field);
  if (problem.row != 0) {
    json.Key("row");
    json.Number(static_cast<std::int64_t>(problem.row));
  }
  text("hint", problem.hint);
  json.EndObject();
}

HttpReply ProblemReply(const HttpProblem& problem) {
  HttpReply reply{problem.status, "application/problem+json", {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  WriteProblem(problem, json);
  reply.body += '\n';
  return reply;
}

}  // namespace pillion
