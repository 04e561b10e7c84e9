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
#include "tests/support/bundle_on_disk.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"

namespace pillion::testing {
namespace {

using ::testing::PrintToString;

// All that a caller sees.
struct Outcome {
  std::string out;
  std::string error;
  std::vector<std::string> notes;
  std::vector<std::string> reports;
  std::uint64_t rows = 0;
  std::uint64_t bad_rows = 0;
  std::uint64_t skipped_rows = 0;

  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << outcome.out << outcome.error << PrintToString(outcome.notes)
             << PrintToString(outcome.reports) << outcome.rows << " rows, " << outcome.bad_rows
             << " bad, " << outcome.skipped_rows << " skipped";
}

Outcome Score(RowScorer& scorer, const std::string& text, ScoreOptions options,
              TableFormat format = TableFormat::kJsonLines) {
  Outcome outcome;
  options.note = [&](const std::string& note) { outcome.notes.push_back(note); };
  options.report = [&](const BadRow& row) {
    outcome.reports.push_back(row.problem.where + ": " + row.problem.what);
  };
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeTableWriter(TableFormat::kJsonLines, out);
  const auto summary = ScoreTable(scorer, {"rows", text, format, {}}, options, *writer);
  if (summary) {
    outcome.rows = summary->row_count;
    outcome.bad_rows = summary->bad_row_count;
    outcome.skipped_rows = summary->skipped_row_count;
  } else {
    outcome.error = summary.error().Text();
  }
  outcome.out = out.str();
  return outcome;
}

// Stages that refuse rows and stages that remove them; `label` is only there for training.
class PickyModel {
 public:
  PickyModel() {
    bundle_.Pipeline("root", R"("zip_index","kind_index","label_index","features","score")");
    Indexer("zip", "error");
    Indexer("kind", "skip");
    Indexer("label", "skip");
    const std::string scalar = R"({"base":"scalar","isNullable":true})";
    bundle_.Stage("root/features.node", "vector_assembler",
                  R"({"port":"input0","name":"zip_index"},{"port":"input1","name":"kind_index"},)"
                  R"({"port":"input2","name":"age"})",
                  R"({"port":"output","name":"features"})",
                  R"("input_shapes":{"type":"list","data_shape":[)" + scalar + "," + scalar + "," +
                      scalar + "]}");
    bundle_.Stage("root/score.node", "linear_regression",
                  R"({"port":"features","name":"features"})",
                  R"({"port":"prediction","name":"score"})",
                  R"("intercept":{},"coefficients":{"type":"tensor","double":[100,10,1],)"
                  R"("shape":{"dimensions":[{"size":3,"name":""}]}})");
  }
  std::string path() const { return bundle_.root().string(); }

 private:
  void Indexer(const std::string& column, const std::string& invalid) {
    bundle_.Stage("root/" + column + "_index.node", "string_indexer",
                  R"({"port":"input0","name":")" + column + R"("})",
                  R"({"port":"output0","name":")" + column + R"(_index"})",
                  R"("labels_length":{"int":1},"handle_invalid":{"string":")" + invalid +
                      R"("},"labels_array_0":{"type":"list","string":["a","b"]})");
  }

  BundleOnDisk bundle_;
};

struct Case {
  const char* name;
  std::string rows;
  std::vector<std::string> select = {"score"};
  bool keep_going = false;
  bool missing_as_null = false;
  // Something that must be said, so that what is compared is not silence.
  std::string said = "";
};

std::string Rows(std::initializer_list<const char*> rows) {
  std::string text;
  for (const char* row : rows) text.append("{").append(row).append("}\n");
  return text;
}

const std::vector<Case>& Cases() {
  static const char kGood[] = R"("zip":"a","kind":"b","age":1,"label":"a")";
  static const std::vector<Case> cases = {
      {"Good", Rows({kGood, R"("zip":"b","kind":"a","age":2,"label":"b")"}), {"score", "zip"}},
      {"LabelAbsent",
       Rows({R"("zip":"a","kind":"b","age":1)", R"("zip":"b","kind":"a","age":2)"}),
       {"score"},
       false,
       false,
       "string_indexer 'n' removes no rows"},
      {"LabelAbsentButWanted",
       Rows({R"("zip":"a","kind":"b","age":1)"}),
       {"score", "label_index"},
       false,
       false,
       "'label'"},
      {"Removed",
       Rows({kGood, R"("zip":"a","kind":"c","age":1,"label":"a")",
             R"("zip":"a","kind":"a","age":1,"label":"x")",
             R"("zip":"a","kind":"a","age":1,"label":"y")"}),
       {"score"},
       false,
       false,
       "3 of 4 rows were left out by string_indexer 'n'"},
      {"Refused",
       Rows({kGood, R"("zip":"c","kind":"b","age":1,"label":"a")"}),
       {"score"},
       false,
       false,
       "row 2, column 'zip': string_indexer 'n': "},
      {"RefusedButKeptGoing",
       Rows({kGood, R"("zip":"c","kind":"b","age":1,"label":"a")",
             R"("zip":"d","kind":"b","age":1,"label":"a")",
             R"("zip":"a","kind":"b","age":null,"label":"a")",
             R"("zip":"a","kind":"b","age":"old","label":"a")",
             R"("zip":"e","kind":"b","age":1,"label":"a")", kGood}),
       {"score"},
       true,
       false,
       "row 4, column 'age': vector_assembler 'n': "},
      {"NeededColumnAbsent",
       Rows({R"("zip":"a","age":1,"label":"a")"}),
       {"score"},
       false,
       false,
       "'kind'"},
      {"NeededColumnAbsentAsNull",
       Rows({R"("zip":"a","age":1,"label":"a")"}),
       {"score"},
       true,
       true,
       "'kind'"},
      {"AllOutputs",
       Rows({R"("zip":"a","kind":"b","age":1,"label":"b")"}),
       {"zip_index", "kind_index", "label_index", "features", "score"}},
  };
  return cases;
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

TEST_P(RoutesTest, SayTheSame) {
  const PickyModel model;
  const Routes routes(model.path());
  for (const Case& given : Cases()) {
    SCOPED_TRACE(given.name);
    ScoreOptions options;
    options.select = given.select;
    options.keep_going = given.keep_going;
    options.missing_as_null = given.missing_as_null;
    const Outcome outcome = Score(*routes.Open(GetParam()), given.rows, options);
    EXPECT_EQ(outcome, Score(*routes.Open("local"), given.rows, options));
    EXPECT_THAT(PrintToString(outcome), ::testing::HasSubstr(given.said));
  }
}

// The examples' models on their rows, each answer's number as its shortest text.
TEST_P(RoutesTest, GiveTheHousesTheSameBits) {
  const std::string houses = SourceDir() + "/examples/king-county/";
  const std::string rows = ReadFile(houses + "houses.frame.json");
  for (const char* const name : {"house-lr.zip", "house-rf.zip"}) {
    const Routes routes(houses + name);
    ScoreOptions options;
    options.select = {"prediction"};
    const auto score = [&](const std::string& route) {
      return Score(*routes.Open(route), rows, options, TableFormat::kJson);
    };
    const Outcome outcome = score(GetParam());
    EXPECT_GT(outcome.rows, 20U) << outcome;
    EXPECT_EQ(outcome, score("shm"));
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, RoutesTest, ::testing::Values("local", "shm", "unix", "inproc"),
                         [](const auto& route) { return route.param; });

}  // namespace
}  // namespace pillion::testing
