// Which rows are refused, and with what words: no null is silent, no column is lost.
#include "sidecar/scoring/score_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <sstream>
#include <string>
#include <vector>

#include "sidecar/scoring/plan_scorer.h"
#include "tests/sidecar/scoring/churn_model.h"

namespace pillion::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Outcome {
  std::string out;
  std::string error;
  std::vector<std::string> notes;
  std::vector<std::string> reports;
  ScoreSummary summary;
};

class ScoreTableTest : public ::testing::Test {
 protected:
  Outcome Score(const std::string& text, TableFormat from = TableFormat::kJsonLines,
                TableFormat to = TableFormat::kJsonLines) {
    PlanScorer scorer(model_);
    Outcome outcome;
    options_.note = [&](const std::string& note) { outcome.notes.push_back(note); };
    options_.report = [&](const BadRow& row) {
      outcome.reports.push_back(row.problem.where + ": " + row.problem.what);
    };
    std::ostringstream out;
    const std::unique_ptr<RowSink> writer = MakeTableWriter(to, out);
    const auto summary = ScoreTable(scorer, {"rows", text, from, {}}, options_, *writer);
    if (summary) {
      outcome.summary = *summary;
    } else {
      outcome.error = summary.error().Text();
    }
    outcome.out = out.str();
    return outcome;
  }

  ChurnModel bundle_;
  std::shared_ptr<const Model> model_ = bundle_.Load();
  ScoreOptions options_;
};

constexpr char kGood[] = R"({"zip":98115,"age":30,"member":true,"income":1})"
                         "\n";

TEST_F(ScoreTableTest, AMisspeltMemberIsNamed) {
  options_.select = {"score"};
  EXPECT_THAT(Score(R"({"ZIP":98115,"age":30,"member":true,"income":1})").error,
              AllOf(HasSubstr("'zip'"), HasSubstr("did you mean 'ZIP'?")));
  EXPECT_THAT(Score(std::string(kGood) + R"({"zipp":1,"age":30,"member":true,"income":1})").error,
              AllOf(StartsWith("rows: row 2, column 'zip', line 2: is absent"),
                    HasSubstr("did you mean 'zipp'?")));
}

// An imputer is there for what is absent, but not for what is misspelt.
TEST_F(ScoreTableTest, OnlyAnImputersColumnMayBeAbsent) {
  options_.select = {"score"};
  EXPECT_EQ(Score(R"({"zip":98115,"member":true,"income":1})").out, "{\"score\":1501.0}\n");
  EXPECT_THAT(Score(R"({"zip":98115,"AGE":30,"member":true,"income":1})").error,
              AllOf(HasSubstr("column 'age'"), HasSubstr("did you mean 'AGE'?")));
  EXPECT_THAT(Score(std::string(kGood) + R"({"zip":98115,"age":1,"member":true})").error,
              AllOf(StartsWith("rows: row 2, column 'income'"), HasSubstr("NaN"),
                    HasSubstr("imputer"), HasSubstr("--missing-as-null")));
  EXPECT_THAT(Score("zip,member,income\n1,1,1\n", TableFormat::kCsv).error,
              AllOf(HasSubstr("column 'age' (double) is missing"),
                    HasSubstr("the input has 'zip', 'member', 'income'")));
}

TEST_F(ScoreTableTest, TellsOfAllMissingColumnsAtOnce) {
  options_.select = {"score"};
  EXPECT_EQ(Score("zip,membr\n1,1\n", TableFormat::kCsv).error,
            "rows: the column 'member' (double) is missing; did you mean 'membr'?\n"
            "rows: the columns 'age' (double), 'income' (double) are missing; the input has 'zip', "
            "'membr'; --missing-as-null reads what is absent as null; without it there can be had: "
            "--select zip_index");
}

TEST_F(ScoreTableTest, ANullThatIsSaidGoesToTheModel) {
  options_.select = {"score"};
  EXPECT_EQ(Score(R"({"zip":null,"age":null,"member":true,"income":1})").out,
            "{\"score\":3501.0}\n");  // the indexer keeps null behind its labels
  EXPECT_THAT(
      Score(R"({"zip":1,"age":1,"member":true,"income":null})").error,
      AllOf(StartsWith("rows: row 1, column 'income': vector_assembler"), HasSubstr("imputer")));
}

TEST_F(ScoreTableTest, MissingAsNullIsReported) {
  options_.select = {"score"};
  options_.missing_as_null = true;
  const Outcome json = Score(R"({"age":1,"member":true,"income":1})"
                             "\n"
                             R"({"member":true,"income":1})");
  EXPECT_EQ(json.out, "{\"score\":3111.0}\n{\"score\":3501.0}\n");
  EXPECT_THAT(json.notes, ElementsAre("rows: column 'zip' is absent in every row and was read as "
                                      "null"));
  const Outcome csv = Score("age,member,income\n1,1,1\n", TableFormat::kCsv);
  EXPECT_EQ(csv.out, json.out.substr(0, csv.out.size()));
  EXPECT_THAT(csv.notes, json.notes);
}

TEST_F(ScoreTableTest, OtherColumnsPassThroughAsTheyAre) {
  const std::string row = R"({"id":7.50,"zip":98115,"tags":{"a":[1, NaN]},"age":30,"member":true,)"
                          R"("income":1,"note":"x\ty"})";
  options_.select = {"id", "tags", "note", "score"};
  EXPECT_EQ(Score(row).out, R"({"id":7.50,"tags":{"a":[1,NaN]},"note":"x\ty","score":1401.0})"
                            "\n");
  EXPECT_EQ(Score(row, TableFormat::kJsonLines, TableFormat::kCsv).out,
            "id,tags,note,score\r\n7.50,\"{\"\"a\"\":[1,NaN]}\",x\ty,1401.0\r\n");
  EXPECT_THAT(Score(row, TableFormat::kJsonLines, TableFormat::kJson).out,
              HasSubstr(R"([["7.50", "{\"a\":[1,NaN]}", "x\ty", 1401.0]])"));
  options_.select.reset();
  EXPECT_THAT(Score(row).out, StartsWith(R"({"id":7.50,"zip":"98115","tags":)"));
}

TEST_F(ScoreTableTest, AColumnThatNobodyHasIsNamed) {
  options_.select = {"scor"};
  EXPECT_THAT(
      Score(kGood).error,
      HasSubstr("the column 'scor' is wanted, but nothing makes it; did you mean 'score'?"));
}

// Yesterday's answers as today's rows.
TEST_F(ScoreTableTest, TheModelsOwnColumnCounts) {
  options_.select = {"score"};
  for (const auto& [text, format] :
       {std::pair(std::string(R"({"score":1,"zip":98115,"age":30,"member":true,"income":1})"),
                  TableFormat::kJsonLines),
        std::pair(std::string("score,zip,age,member,income\n1,98115,30,1,1\n"),
                  TableFormat::kCsv)}) {
    const Outcome outcome = Score(text, format);
    EXPECT_EQ(outcome.out, "{\"score\":1401.0}\n") << outcome.error;
    EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("'score' is also made by the model")));
  }
}

TEST_F(ScoreTableTest, GoesOnPastWhatCannotBeRead) {
  options_.select = {"id", "score"};
  options_.keep_going = true;
  const Outcome json = Score(R"({"id":1,"zip":98115,"age":"old","member":true,"income":1})"
                             "\n"
                             R"({"id":2,"zip":98115,"age":30)"
                             "\n"
                             R"({"id":3,"zip":98115,"age":30,"member":true,"income":1})"
                             "\n");
  EXPECT_EQ(
      json.out,
      "{\"id\":1,\"score\":null}\n{\"id\":null,\"score\":null}\n{\"id\":3,\"score\":1401.0}\n");
  EXPECT_EQ(json.summary.bad_row_count, 2U);
  EXPECT_THAT(json.reports,
              ElementsAre(HasSubstr("row 1, column 'age', line 1"), HasSubstr("row 2, line 2")));
  const Outcome csv = Score("id,zip,age,member,income\n1,98115,old,1,1\n2,98115\n3,98115,30,1,1\n",
                            TableFormat::kCsv);
  EXPECT_EQ(csv.out,
            "{\"id\":\"1\",\"score\":null}\n{\"id\":null,\"score\":null}\n"
            "{\"id\":\"3\",\"score\":1401.0}\n");
  EXPECT_THAT(csv.reports, ElementsAre(HasSubstr("row 1, column 'age', line 2: expected a number, "
                                                 "found 'old'"),
                                       HasSubstr("row 2, line 3: expected 5 fields, found 2")));
  options_.select = {"score"};
  const Outcome leap =
      Score(R"({"schema":{"fields":[{"name":"zip","type":"string"},{"name":"age","type":"double"},)"
            R"({"name":"member","type":"boolean"},{"name":"income","type":"double"}]},)"
            R"("rows":[["98115",[1],true,1],["98115"],["98115",30,true,1]]})",
            TableFormat::kJson);
  EXPECT_EQ(leap.summary.bad_row_count, 2U) << leap.error;
  EXPECT_EQ(leap.out, "{\"score\":null}\n{\"score\":null}\n{\"score\":1401.0}\n");
}

// A pipe that has one row, and then waits.
class WaitingBytes final : public ByteSource {
 public:
  explicit WaitingBytes(std::deque<std::string> pieces, std::ostringstream& out)
      : pieces_(std::move(pieces)), out_(out) {}
  Result<std::size_t> Read(std::span<char> room) override {
    seen_.push_back(out_.str());
    if (pieces_.empty()) return 0;
    const std::string piece = pieces_.front();
    pieces_.pop_front();
    return piece.copy(room.data(), room.size());
  }
  bool Ready() override { return false; }
  const std::vector<std::string>& seen() const { return seen_; }

 private:
  std::deque<std::string> pieces_;
  std::ostringstream& out_;
  std::vector<std::string> seen_;  // of the answers, at each wait
};

TEST_F(ScoreTableTest, AnswersARowBeforeItWaitsForTheNext) {
  options_.select = {"score"};
  const std::vector<std::pair<TableFormat, std::deque<std::string>>> inputs = {
      {TableFormat::kJsonLines, {kGood, kGood}},
      {TableFormat::kCsv, {"zip,age,member,income\n98115,30,1,1\n", "98115,30,1,1\n"}}};
  for (const auto& [format, pieces] : inputs) {
    std::ostringstream out;
    WaitingBytes bytes(pieces, out);
    TextInput input(bytes, "rows");
    PlanScorer scorer(model_);
    const std::unique_ptr<RowSink> writer = MakeTableWriter(TableFormat::kJsonLines, out);
    const auto summary = ScoreTable(scorer, {"rows", "", format, {}}, input, options_, *writer);
    ASSERT_TRUE(summary) << summary.error().Text();
    EXPECT_THAT(bytes.seen(), ElementsAre("", "{\"score\":1401.0}\n",
                                          "{\"score\":1401.0}\n{\"score\":1401.0}\n"));
  }
}

TEST_F(ScoreTableTest, NotesNothingWhereAllIsWell) {
  options_.select = {"score"};
  EXPECT_THAT(Score(kGood).notes, IsEmpty());
}

}  // namespace
}  // namespace pillion::testing
