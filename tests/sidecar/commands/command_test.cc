// `pillion` as a user runs it: the built program, its output streams and its exit codes. Numbers
// are those that MLeap recorded in examples/ and tests/golden/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/command_test.h"

namespace {

namespace fs = std::filesystem;
using pillion::testing::CommandTest;
using pillion::testing::Outcome;
using pillion::testing::ReadFile;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<double> PricesByMLeap() {
  simdjson::dom::parser parser;
  const simdjson::padded_string text =
      simdjson::padded_string::load(pillion::SourceDir() + "/examples/king-county/answers.json");
  const simdjson::dom::element document = parser.parse(text);
  std::vector<double> prices;
  for (const double price : document["house-lr"]["mleap"].get_array()) prices.push_back(price);
  return prices;
}

TEST_F(CommandTest, ScoresAFrame) {
  const Outcome outcome = Run("score " + Houses("house-lr.zip") + " --select prediction --to csv " +
                              Houses("houses.frame.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  std::istringstream lines(outcome.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "prediction\r");
  const std::vector<double> expected = PricesByMLeap();
  ASSERT_GT(expected.size(), 100U);
  for (const double price : expected) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(std::stod(line), price);
  }
  EXPECT_FALSE(std::getline(lines, line));
}

// Answers written in any form are rows that give the same answers again.
TEST_F(CommandTest, AllFormsAgree) {
  const std::string score = "score " + Houses("house-lr.zip") + " ";
  const std::string columns =
      "bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,sqft_above,"
      "yr_built,yr_renovated,lat,long,sqft_living15,sqft_lot15,zipcode";
  const Outcome expected =
      Run(score + Houses("houses.frame.json") + " --to csv --select prediction");
  ASSERT_EQ(expected.exit_code, 0) << expected.err;
  for (const std::string form : {"json", "binary", "jsonl", "csv"}) {
    const Outcome rows =
        Run(score + Houses("houses.frame.json") + " --select " + columns + " --to " + form);
    ASSERT_EQ(rows.exit_code, 0) << rows.err;
    const Outcome outcome = Run(score + "--to csv --select prediction", rows.out);
    EXPECT_EQ(outcome.out, expected.out) << form << outcome.err;
  }
}

TEST_F(CommandTest, ReadsStandardInputAndWritesAFile) {
  const fs::path answers = directory_ / "answers.json";
  const Outcome outcome =
      Run("score " + Golden("string_indexer_keep/model.zip") + " -o " + answers.string(),
          "{\"schema\":{\"fields\":[{\"name\":\"x\",\"type\":\"string\"}]},\"rows\":[]}");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(ReadFile(answers), StartsWith("{\n  \"rows\": []"));
}

TEST_F(CommandTest, ABadRowEndsItOrIsLeftNull) {
  const std::string score = "score " + Golden("string_indexer_error/model.zip") + " --to jsonl ";
  const std::string rows = "{\"x\":\"a\"}\n{\"x\":\"never seen\"}\n{\"x\":\"b\"}\n";
  const Outcome stopped = Run(score, rows);
  EXPECT_EQ(stopped.exit_code, 65);
  EXPECT_THAT(stopped.err,
              StartsWith("pillion: standard input: row 2, column 'x': string_indexer"));
  const Outcome went_on = Run(score + "--keep-going", rows);
  EXPECT_EQ(went_on.exit_code, 1);
  EXPECT_THAT(went_on.out, HasSubstr("{\"x\":\"never seen\",\"out\":null}\n"));
  EXPECT_THAT(went_on.err, HasSubstr("1 of 3 rows could not be scored"));
}

// As MLeap does: "Index 4 follows 100 and is not strictly increasing".
TEST_F(CommandTest, AnIndexBeyondItsVectorMakesABadRow) {
  const fs::path frame = Write("frame.json", R"({"schema":{"fields":[{"name":"a","type":"double"},
      {"name":"b","type":"double"},{"name":"v","type":{"type":"tensor","base":"double"}},
      {"name":"w","type":{"type":"tensor","base":"double"}}]},
      "rows":[[1,1,{"dimensions":[3],"indices":[[99]],"values":[1]},
               {"dimensions":[2],"values":[1,2]}]]})");
  const Outcome outcome =
      Run("score " + Golden("resave_vector_assembler_mixed/model.zip") + " " + frame.string());
  EXPECT_EQ(outcome.exit_code, 65);
  EXPECT_THAT(outcome.err, HasSubstr("sparse indices"));
}

TEST_F(CommandTest, RowsThatAStageRemovesAreAbsent) {
  const Outcome outcome = Run("score " + Golden("string_indexer_skip/model.zip") + " --to jsonl",
                              "{\"x\":\"a\"}\n{\"x\":\"never seen\"}\n");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("{\"x\":\"a\","));
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
}

TEST_F(CommandTest, ExitCodesFollowSysexits) {
  const std::string model = Golden("string_indexer_keep/model.zip");
  EXPECT_EQ(Run("").exit_code, 64);
  EXPECT_EQ(Run("no-such-command").exit_code, 64);
  EXPECT_EQ(Run("score").exit_code, 64);
  EXPECT_EQ(Run("score " + model + " --to no-such-form").exit_code, 64);
  EXPECT_EQ(Run("score /no/such/model.zip").exit_code, 66);
  EXPECT_EQ(Run("score " + model + " /no/such/rows.csv").exit_code, 66);
  EXPECT_EQ(Run("score " + Write("bad.zip", "PK no zip").string()).exit_code, 65);
  EXPECT_EQ(Run("score " + model, "{\"rows\":[").exit_code, 65);
  EXPECT_EQ(Run("score " + model + " --select no_such_column", "x\na\n").exit_code, 65);
  EXPECT_EQ(Run("score " + model + " --output /dev/full", "x\na\n").exit_code, 74);
  EXPECT_EQ(Run("--version").exit_code, 0);
}

TEST_F(CommandTest, EveryCommandHasExamples) {
  EXPECT_THAT(Run("--help").out, HasSubstr("Examples:"));
  for (const std::string command : {"score", "inspect", "schema", "validate", "ops"}) {
    const Outcome outcome = Run(command + " --help");
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  pillion " + command)) << command;
  }
}

TEST_F(CommandTest, EnvironmentGivesDefaults) {
  ASSERT_EQ(setenv("PILLION_TO", "jsonl", 1), 0);
  const Outcome outcome = Run("score " + Golden("string_indexer_keep/model.zip"), "x\na\n");
  ASSERT_EQ(unsetenv("PILLION_TO"), 0);
  EXPECT_THAT(outcome.out, StartsWith("{\"x\":\"a\","));
}

TEST_F(CommandTest, ValidateListsEveryProblem) {
  Write("bundle/bundle.json",
        R"({"uid":"00000000-0000-0000-0000-000000000000","name":"n","format":"json","version":"1",)"
        R"("timestamp":"t"})");
  Write("bundle/root/node.json", R"({"name":"n","shape":{"inputs":[],"outputs":[]}})");
  Write("bundle/root/model.json",
        R"({"op":"pipeline","attributes":{"nodes":{"type":"list","string":["a","b"]}}})");
  for (const std::string node : {"a", "b"}) {
    Write("bundle/root/" + node + ".node/node.json",
          R"({"name":"n","shape":{"inputs":[],"outputs":[]}})");
    Write("bundle/root/" + node + ".node/model.json",
          R"({"attributes":{},"op":"no_op_)" + node + "\"}");
  }
  const Outcome outcome = Run("validate " + Houses("house-lr.zip") + " " +
                              (directory_ / "bundle").string() + " /no/such.zip");
  EXPECT_EQ(outcome.exit_code, 65);
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 4) << outcome.out;
  EXPECT_THAT(outcome.out, StartsWith(Houses("house-lr.zip") + ": ok, content sha256 "));
  EXPECT_THAT(outcome.out, HasSubstr("no_op_a"));
  EXPECT_THAT(outcome.out, HasSubstr("no_op_b"));
  EXPECT_EQ(Run("validate " + Houses("house-lr.zip")).exit_code, 0);
  EXPECT_EQ(Run("validate /no/such.zip").exit_code, 66);
}

TEST_F(CommandTest, InspectShowsColumnsAndStages) {
  const std::string inspect = "inspect " + Houses("house-lr.zip");
  const Outcome text = Run(inspect + " --select prediction");
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("linear_regression"));
  const Outcome json = Run(inspect + " --as json");
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(json.out);
  EXPECT_GT(document["stages"].get_array().size(), 1U);
  EXPECT_EQ(document["inputs"]["fields"].get_array().size(), 17U);
  const std::string hash(document["content_sha256"].get_string().value());
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_THAT(text.out, HasSubstr("  content sha256 " + hash + "\n"));
  EXPECT_THAT(Run("validate " + Houses("house-lr.zip")).out,
              HasSubstr(": ok, content sha256 " + hash + "\n"));
}

TEST_F(CommandTest, SchemaComesAsFlatBuffersOrJson) {
  const std::string schema = "schema " + Houses("house-lr.zip") + " --select prediction";
  EXPECT_THAT(Run(schema).out, HasSubstr("table Row"));
  simdjson::dom::parser parser;
  const std::string text = Run(schema + " --as json").out;
  const simdjson::dom::element document = parser.parse(text);
  EXPECT_EQ(document["outputs"]["fields"].get_array().size(), 1U);
}

TEST_F(CommandTest, WhatFollowsAListIsNoPartOfIt) {
  const Outcome outcome =
      Run("bench --rows " + Houses("houses.frame.json") +
          " --seconds 0.1 --transport inproc --select prediction " + Houses("house-lr.zip"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

// As it was written, and what stands on standard error's first line.
TEST_F(CommandTest, WrongWordsAreRefusedWithTheNearest) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"serve m.zip --spin sometimes",
       "pillion serve: --spin: 'sometimes' is none of adaptive, never, always"},
      {"score m.zip --to jsn",
       "pillion score: --to: 'jsn' is none of json, binary, jsonl, csv, parquet, arrow; "
       "did you mean 'json'?"},
      {"scroe m.zip", "pillion: there is no command 'scroe'; did you mean 'score'?"},
      {"frobnicate m.zip", "pillion: there is no command 'frobnicate'"},
      {"score m.zip --selct a",
       "pillion score: there is no option '--selct'; did you mean '--select'?"},
      {"score --SELECT=a",
       "pillion score: there is no option '--SELECT'; did you mean '--select'?"},
      {"--versoin", "pillion: there is no option '--versoin'; did you mean '--version'?"},
      {"ctl redy",
       "pillion ctl: QUESTION: 'redy' is none of ready, status, models, versions, load, promote, "
       "rollback, unload; did you mean 'ready'?"},
      {"inspect m.zip a b", "pillion inspect: there is no argument for 'a', 'b'"},
      {"score", "pillion score: MODEL is required"}};
  for (const auto& [arguments, line] : wrong) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit_code, 64) << arguments;
    EXPECT_EQ(outcome.err.substr(0, outcome.err.find('\n')), line);
    EXPECT_THAT(outcome.err, HasSubstr(" --help\n")) << arguments;
  }
}

TEST_F(CommandTest, OpsListsTheCatalog) {
  EXPECT_THAT(Run("ops").out, HasSubstr("string_indexer"));
}

TEST_F(CommandTest, OpsDocumentIsTheCatalog) {
  EXPECT_EQ(Run("ops --as markdown").out, ReadFile(pillion::SourceDir() + "/docs/ops.md"))
      << "make it anew: pillion ops --as markdown > docs/ops.md";
}

}  // namespace
