// pillion diff.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sidecar/models/small_models.h"
#include "tests/support/command_test.h"

namespace {

using pillion::WriteBinarizers;
using pillion::testing::BundleOnDisk;
using pillion::testing::CommandTest;
using pillion::testing::Outcome;
using ::testing::HasSubstr;

void WriteIndexer(BundleOnDisk& bundle, const std::string& labels, const std::string& weights) {
  bundle.Pipeline("root", R"("index","weigh")");
  bundle.Stage(
      "root/index.node", "string_indexer", R"({"port":"input","name":"word"})",
      R"({"port":"output","name":"index"})",
      R"("labels_length":{"int":1},"labels_array_0":{"type":"list","string":[)" + labels + "]}");
  bundle.Stage("root/weigh.node", "elementwise_product", R"({"port":"input","name":"features"})",
               R"({"port":"output","name":"weighed"})",
               R"("scaling_vec":{"type":"tensor","double":[)" + weights +
                   R"(],"shape":{"dimensions":[{"size":3,"name":""}]}})");
}

class DiffTest : public CommandTest {
 protected:
  Outcome Diff(const std::string& options = "") {
    return Run("diff " + a_.root().string() + " " + b_.root().string() + " " + options);
  }

  BundleOnDisk a_;
  BundleOnDisk b_;
};

TEST_F(DiffTest, SaysWhatStagesWereMadeWith) {
  WriteIndexer(a_, R"("a","b","c")", "1,2,3");
  WriteIndexer(b_, R"("c","a","d","e")", "1,2.5,3.25");
  const Outcome outcome = Diff();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out,
            "~ string_indexer -> index, labels_array_0: 2 added ('d', 'e'), 1 removed ('b')\n"
            "~ elementwise_product -> weighed, scaling_vec: 2 of 3 differ, furthest number 1: 2 -> "
            "2.5\n");
  WriteIndexer(b_, R"("a","c","b")", "1,2,3");
  EXPECT_EQ(Diff().out, "~ string_indexer -> index, labels_array_0: another order\n");
  WriteIndexer(b_, R"("a","b","c")", "1,2,3");
  const Outcome same = Diff();
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_EQ(same.out, "the same content\n");
}

TEST_F(DiffTest, SaysWhichColumnsAndStagesCameAndWent) {
  WriteBinarizers(a_, 1);
  WriteIndexer(b_, R"("a")", "1,2,3");
  const Outcome outcome = Diff();
  EXPECT_EQ(outcome.exit_code, 1);
  for (const char* const line :
       {"- input 'number': double", "+ input 'word': string", "- output 'over': double",
        "+ output 'weighed': tensor of double", "- stage binarizer -> over\n",
        "+ stage string_indexer -> index\n"}) {
    EXPECT_THAT(outcome.out, HasSubstr(line));
  }
}

TEST_F(DiffTest, ScoresRowsWithBoth) {
  WriteBinarizers(a_, 1);
  WriteBinarizers(b_, 2);
  Write("rows.csv", "number\n0.5\n1.5\n1.75\n2.5\n-1.5\n");
  const Outcome outcome = Diff("--rows rows.csv");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_EQ(outcome.out,
            "~ binarizer -> over, threshold: 1 -> 2\n"
            "~ binarizer -> under, threshold: -1 -> -2\n"
            "answers to 5 rows: 5 by both\n"
            "~ over: 3 equal, 1 apart at most; row 2: 1.0 -> 0.0\n"
            "~ under: 4 equal, 1 apart at most; row 5: 0.0 -> 1.0\n");
}

TEST_F(DiffTest, CountsWhatOneAloneAnswers) {
  WriteIndexer(a_, R"("a","b")", "1,2,3");
  WriteIndexer(b_, R"("a")", "1,2,3");
  Write("rows.jsonl",
        R"({"word":"a","features":[1,2,3]}
{"word":"b","features":[1,2,3]}
{"word":"z","features":[1,2,3]}
{"word":"a","features":[4,5,6]}
)");
  const Outcome outcome = Diff("--rows rows.jsonl");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("answers to 4 rows: 2 by both, 1 by A alone\n"
                                     "  index: equal to the last bit\n"
                                     "  weighed: equal to the last bit\n"));
}

TEST_F(DiffTest, RefusesWhatIsNotThere) {
  WriteBinarizers(a_, 1);
  WriteBinarizers(b_, 1);
  EXPECT_EQ(Run("diff " + a_.root().string() + " nothing.zip").exit_code, 66);
  EXPECT_EQ(Diff("--rows nothing.csv").exit_code, 66);
  Write("rows.csv", "amount\n1\n");
  const Outcome outcome = Diff("--rows rows.csv");
  EXPECT_EQ(outcome.exit_code, 65);
  EXPECT_THAT(outcome.err, HasSubstr("'number'"));
}

}  // namespace
