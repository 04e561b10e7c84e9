// Through a sidecar the same comes out as in this process, to the last word.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "sidecar/scoring/score_table.h"
#include "tests/sidecar/scoring/churn_model.h"
#include "tests/sidecar/scoring/routes.h"

namespace pillion::testing {
namespace {

struct Outcome {
  std::string out;
  std::uint64_t rows = 0;
  std::uint64_t bad_rows = 0;

  bool operator==(const Outcome&) const = default;
};

Outcome Score(RowScorer& scorer, const std::string& text, ScoreOptions options) {
  Outcome outcome;
  options.report = [](const Problem&) {};
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeTableWriter(TableFormat::kJsonLines, out);
  const auto summary =
      ScoreTable(scorer, {"rows", text, TableFormat::kJsonLines, {}}, options, *writer);
  EXPECT_TRUE(summary) << summary.error().Text();
  if (summary) {
    outcome.rows = summary->row_count;
    outcome.bad_rows = summary->bad_row_count;
  }
  outcome.out = out.str();
  return outcome;
}

class RoutesTest : public ::testing::TestWithParam<std::string> {};

// More rows than are under way at a time; some are refused before they are sent, some by a stage.
TEST_P(RoutesTest, ManyRowsStayInOrder) {
  constexpr int kRows = 5000;
  std::string rows;
  for (int i = 0; i < kRows; ++i) {
    rows += fmt::format(R"({{"id":{},"zip":98115,"age":{},"member":{},"income":{}}})", i, i % 90,
                        i % 701 == 3 ? "\"perhaps\"" : "true", i % 997 == 5 ? "null" : "1");
    rows += '\n';
  }
  const ChurnModel model;
  const Routes routes(model.path());
  ScoreOptions options;
  options.select = {"id", "score"};
  options.keep_going = true;
  const Outcome outcome = Score(*routes.Open(GetParam()), rows, options);
  EXPECT_EQ(outcome.rows, kRows);
  EXPECT_EQ(outcome.bad_rows, 8U + 6U);
  std::istringstream lines(outcome.out);
  for (int i = 0; i < kRows; ++i) {
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    const bool bad = i % 701 == 3 || i % 997 == 5;
    ASSERT_EQ(line, fmt::format(R"({{"id":{},"score":{}}})", i,
                                bad ? "null" : fmt::format("{}.0", 1101 + 10 * (i % 90))));
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, RoutesTest, ::testing::Values("local", "shm", "unix"),
                         [](const auto& route) { return route.param; });

}  // namespace
}  // namespace pillion::testing
