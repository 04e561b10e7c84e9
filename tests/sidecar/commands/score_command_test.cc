// `pillion score` with files, pipes and a sidecar, as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "tests/end_to_end/sidecar_process.h"
#include "tests/support/golden_case.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"
#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

using pillion::testing::ReadFile;

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ScoreCommandTest : public ::testing::Test {
 protected:
  // A string_indexer that refuses labels which it has not seen: b is 0, a is 1, c is 5.
  std::string Strict() const { return Model("string_indexer_error"); }
  // One that removes their rows.
  std::string Skipping() const { return Model("string_indexer_skip"); }
  std::string Model(const std::string& name) const {
    const auto golden =
        testing::ReadGoldenCase(fs::path(SourceDir()) / "tests/golden/cases" / (name + ".txt"));
    return models_.Write(name + ".zip", golden.Text("model.zip"));
  }
  // `options` follow `score MODEL`.
  Ended Score(const std::string& options) const {
    return Execute("score " + Strict() + " " + options + " 2>&1");
  }
  std::string Path(const std::string& name) const { return directory_.path() / name; }
  std::size_t FileCount() const {
    const fs::directory_iterator files(directory_.path());
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  testing::TemporaryDirectory models_;
  testing::TemporaryDirectory directory_;
};

TEST_F(ScoreCommandTest, AFailingRunLeavesTheOldFile) {
  const std::string rows = directory_.Write("rows.csv", "x\na\nnever seen\n");
  const std::string answers = directory_.Write("answers.csv", "old");
  EXPECT_EQ(Score(rows + " --to csv -o " + answers).code, 65);
  EXPECT_EQ(Score("/no/such/rows.csv --to csv -o " + answers).code, 66);
  EXPECT_EQ(ReadFile(answers), "old");
  EXPECT_EQ(FileCount(), 2U);
}

TEST_F(ScoreCommandTest, TheInputMayBeTheOutput) {
  const std::string rows = directory_.Write("rows.csv", "x\nb\n");
  ASSERT_EQ(chmod(rows.c_str(), 0640), 0);
  fs::create_symlink(rows, Path("link.csv"));
  const Ended ended = Score(Path("link.csv") + " --to csv -o " + Path("link.csv"));
  EXPECT_EQ(ended.code, 0) << ended.out;
  EXPECT_EQ(ReadFile(rows), "x,out\r\nb,0.0\r\n");
  EXPECT_TRUE(fs::is_symlink(Path("link.csv")));
  struct stat status {};
  ASSERT_EQ(stat(rows.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
  EXPECT_EQ(FileCount(), 2U);
}

// While it waits for more rows; with `around` a command that it is run by.
TEST_F(ScoreCommandTest, ASignalLeavesNoFile) {
  const std::string answers = directory_.Write("answers.csv", "old");
  // Without /proc a file cannot be made without a name.
  const std::string no_proc =
      "unshare -rm bash -c 'mount -t tmpfs none /proc && exec \"$0\" \"$@\"'";
  const bool may_hide_proc = Shell("unshare -rm mount -t tmpfs none /proc 2>&1").code == 0;
  for (const std::string& around : {std::string(), no_proc}) {
    if (!around.empty() && !may_hide_proc) continue;
    for (const char* const signal : {"INT", "TERM", "HUP"}) {
      SCOPED_TRACE(around + signal);
      // With jobs of their own, or the shell has them ignore SIGINT.
      const std::string script =
          "set -m; cd " + std::string(models_.path()) + "; rm -f in; mkfifo in; " + around + " " +
          Program() + " score " + Strict() + " in --from csv --to csv -o " + answers +
          " & exec 3>in; printf 'x\\nb\\n' >&3; "
          "until ls -l /proc/$!/fd | grep -q " +
          std::string(directory_.path()) + "; do sleep 0.01; done; ls -A " +
          std::string(directory_.path()) + " | wc -l; kill -" + signal + " $!; wait $!; echo $?";
      const std::string file = models_.Write("script", script);
      const Ended ended = Shell("bash " + file + " 2>/dev/null");
      const int number = signal == std::string("INT") ? 2 : signal == std::string("HUP") ? 1 : 15;
      EXPECT_EQ(ended.out, (around.empty() ? "1\n" : "2\n") + std::to_string(128 + number) + "\n");
      EXPECT_EQ(ReadFile(answers), "old");
      EXPECT_EQ(FileCount(), 1U);
    }
  }
}

TEST_F(ScoreCommandTest, DevicesAndPipesAreWrittenStraight) {
  const std::string rows = directory_.Write("rows.csv", "x\nb\n");
  EXPECT_EQ(Score(rows + " --to csv -o /dev/stdout").out, "x,out\r\nb,0.0\r\n");
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  const Ended ended = Shell("cat " + Path("fifo") + " & " + Program() + " score " + Strict() + " " +
                            rows + " --to csv -o " + Path("fifo") + "; wait");
  EXPECT_EQ(ended.out, "x,out\r\nb,0.0\r\n");
  EXPECT_TRUE(fs::is_fifo(Path("fifo")));
}

TEST_F(ScoreCommandTest, TellsWhyItCannotWrite) {
  const std::string rows = directory_.Write("rows.csv", "x\nb\n");
  const Ended ended = Score(rows + " -o " + Path("none/answers.csv"));
  EXPECT_EQ(ended.code, 74);
  EXPECT_THAT(ended.out, HasSubstr("No such file or directory"));
}

TEST_F(ScoreCommandTest, ReadsCompressedRows) {
  directory_.Write("rows.csv", "x\nb\n");
  const Ended ended = Shell("gzip -c " + Path("rows.csv") + " | " + Program() + " score " +
                            Strict() + " --to csv 2>&1");
  EXPECT_EQ(ended.out, "x,out\r\nb,0.0\r\n");
}

TEST_F(ScoreCommandTest, ReadsCsvAsItIsTold) {
  const std::string bare = directory_.Write("bare.csv", "1|b\n2|NA\n");
  EXPECT_THAT(Score(bare + " --header id,x --delimiter '|' --null NA --keep-going --to csv").out,
              AllOf(HasSubstr("id,x,out\r\n1,b,0.0\r\n2,,\r\n"),
                    HasSubstr("row 2, column 'x': string_indexer")));
  EXPECT_EQ(Score(bare + " --delimiter '||'").code, 64);
}

TEST_F(ScoreCommandTest, CountsTheRowsThatAStageRemoves) {
  const std::string rows = directory_.Write("rows.csv", "x\na\nnever seen\nb\n");
  const Ended ended = Execute("score " + Skipping() + " " + rows + " --to csv 2>&1 >/dev/null");
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out,
              StartsWith("pillion: " + rows + ": 1 of 3 rows were left out by string_indexer"));
}

// A terminal is standard error here, and what it shows comes out of script(1).
TEST_F(ScoreCommandTest, ShowsHowFarItIsOnATerminal) {
  const std::string rows = "(echo x; yes b | head -5000; sleep 1.3; yes b | head -5000)";
  const std::string score = Program() + " score " + Strict() + " --from csv --to csv -o ";
  const std::string run = directory_.Write("run", rows + " | " + score + Path("answers.csv"));
  const Ended shown = Shell("script -qec 'bash " + run + "' /dev/null </dev/null");
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(shown.out, "\rpillion: 8192 rows\r\033[K");
  // Neither where the answers go there too, nor where there is no terminal.
  EXPECT_THAT(Shell("bash " + run + " 2>&1").out, "");
  const std::string both = directory_.Write("both", rows + " | " + score + "-");
  const Ended mixed = Shell("script -qec 'bash " + both + "' /dev/null </dev/null");
  EXPECT_NE(mixed.out.find("b,0.0"), std::string::npos);
  EXPECT_EQ(mixed.out.find(" rows"), std::string::npos);
}

// The first answer is read before the second row is written.
TEST_F(ScoreCommandTest, AnswersRowByRowOnAPipe) {
  Sidecar sidecar({"m=" + Strict()});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  for (const std::string& model :
       {Strict(), "--url " + sidecar.Url("shm") + " m", "--url " + sidecar.Url("unix") + " m"}) {
    const std::string script = "coproc P { " + Program() + " score " + model +
                               " --from jsonl --to jsonl; }; exec {in}>&${P[1]}- {out}<&${P[0]}-; "
                               "for x in b a c; do echo \"{\\\"x\\\":\\\"$x\\\"}\" >&$in; "
                               "read -t 60 answer <&$out; echo \"$answer\"; done";
    const std::string file = directory_.Write("script", script);
    EXPECT_EQ(Shell("bash " + file + " 2>&1").out,
              "{\"x\":\"b\",\"out\":0.0}\n{\"x\":\"a\",\"out\":1.0}\n{\"x\":\"c\",\"out\":5.0}\n")
        << model;
  }
}

}  // namespace
}  // namespace pillion
