// Refusals as RFC 9457 has them: application/problem+json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/load_error.h"
#include "schemas/types/score_code.h"
#include "sidecar/http/http_message.h"
#include "sidecar/scoring/row_caster.h"
#include "sidecar/table/json_text.h"

namespace pillion {

struct HttpProblem {
  unsigned status = 400;
  std::string code;       // for programs: a ScoreCode's name, or "http"
  std::string detail;     // one sentence
  std::string field;      // empty: none to blame
  std::uint64_t row = 0;  // from 1; 0: the whole
  std::string hint = {};  // the way out; empty: in the detail
};

// "what was found; the way out" -> detail and hint.
HttpProblem ProblemOf(unsigned status, ScoreCode code, std::string_view what);
HttpProblem ProblemOf(const BadRow& row);

void WriteProblem(const HttpProblem& problem, JsonText& json);
HttpReply ProblemReply(const HttpProblem& problem);

}  // namespace pillion
