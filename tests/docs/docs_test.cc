// Documents as tests: what README and its neighbours say is done as they say it, and what they
// promise is printed. The examples of each `--help` are taken from the program itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/docs/document.h"
#include "tests/docs/session.h"
#include "tests/support/paths.h"
#include "tests/support/read_file.h"

namespace pillion::docs {
namespace {

using pillion::testing::ReadFile;

namespace fs = std::filesystem;

// How many blocks of a document are run at the least, so that none drops out unseen.
const std::map<std::string, int> kDocuments = {{"ARCHITECTURE.md", 0},
                                               {"HACKING.md", 0},
                                               {"README.md", 5},
                                               {"bench/README.md", 0},
                                               {"deploy/README.md", 0},
                                               {"docs/certificate.md", 3},
                                               {"docs/client.md", 0},
                                               {"docs/configuration.md", 3},
                                               {"docs/models.md", 4},
                                               {"docs/operations.md", 1},
                                               {"docs/ops.md", 0},
                                               {"docs/parity.md", 0},
                                               {"docs/python.md", 0},
                                               {"docs/rows.md", 0},
                                               {"docs/serving.md", 8},
                                               {"docs/walk.md", 6},
                                               {"examples/king-county/README.md", 1},
                                               {"schemas/PROTOCOL.md", 0},
                                               {"tests/golden/record/README.md", 0},
                                               {"tools/mleap/README.md", 0}};

// What options a command of `pillion` has, and which commands ./dev has.
class Vocabulary {
 public:
  Vocabulary() : dev_help_(session_.Run("./dev help").text), pillion_help_(HelpOf("")) {}

  const std::string& HelpOf(const std::string& command) {
    auto [known, is_new] = helps_.try_emplace(command);
    if (is_new) known->second = session_.Run("pillion " + command + " --help || true").text;
    return known->second;
  }

  // The commands of `pillion`, and "" for itself.
  std::vector<std::string> Commands() const {
    std::vector<std::string> commands = {""};
    std::istringstream lines(pillion_help_.substr(pillion_help_.find("Subcommands:")));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line) && line.starts_with("  ")) {
      commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    return commands;
  }

  // Commands in `script` that do not exist, options that they do not have.
  std::vector<std::string> Unknown(const std::string& script) {
    static const std::regex separator(R"(&&|\|\||[|;\n])");
    static const std::regex comment(R"((^|\s)#[^\n]*)");
    std::string text = std::regex_replace(script, std::regex(R"(\\\n)"), " ");
    text = std::regex_replace(text, comment, "");
    std::vector<std::string> unknown;
    for (std::sregex_token_iterator command(text.begin(), text.end(), separator, -1), end;
         command != end; ++command) {
      std::istringstream stream(*command);
      std::vector<std::string> words;
      for (std::string word; stream >> word;) words.push_back(word);
      Collect(words, &unknown);
    }
    return unknown;
  }

 private:
  void Collect(const std::vector<std::string>& words, std::vector<std::string>* unknown) {
    if (words.size() < 2) return;
    const std::string program = fs::path(words[0]).filename();
    if (words[0] == "./dev" && dev_help_.find("\n  " + words[1] + " ") == std::string::npos) {
      unknown->push_back("./dev " + words[1]);
    }
    if (program != "pillion") return;
    const bool is_option = words[1].starts_with("-");
    if (!is_option && pillion_help_.find("\n  " + words[1] + " ") == std::string::npos) {
      if (words[1] != "…") unknown->push_back("pillion " + words[1]);
      return;
    }
    const std::string& help = is_option ? pillion_help_ : HelpOf(words[1]);
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string option = words[i].substr(0, words[i].find('='));
      if (!std::regex_match(option, std::regex("--[a-z][a-z-]*|-[a-z]"))) continue;
      if (!std::regex_search(help, std::regex("[ ,]" + option + "\\b"))) {
        unknown->push_back("pillion " + words[1] + " " + option);
      }
    }
  }

  Session session_;
  std::map<std::string, std::string> helps_;
  std::string dev_help_;
  std::string pillion_help_;
};

Vocabulary& Words() {
  static Vocabulary vocabulary;
  return vocabulary;
}

class Document : public ::testing::TestWithParam<std::pair<const std::string, int>> {
 protected:
  const std::string name_ = GetParam().first;
  const std::string text_ = ReadFile(fs::path(SourceDir()) / name_);
};

TEST_P(Document, DoesWhatItSays) {
  const std::vector<Block> blocks = ReadBlocks(name_, text_);
  Session session;
  std::vector<Block> run;
  std::vector<std::string> scripts;
  for (const Block& block : blocks) {
    if (!block.file.empty()) session.Write(block.file, block.text);
    if (block.language != "sh" || !block.not_run.empty()) continue;
    run.push_back(block);
    scripts.push_back(block.text);
  }
  EXPECT_GE(static_cast<int>(run.size()), GetParam().second) << "blocks dropped out";
  const std::vector<Printed> printed = session.Run(scripts);
  for (std::size_t i = 0; i < run.size(); ++i) {
    ASSERT_EQ(printed[i].exit_code, 0) << run[i].place << "\n" << printed[i].text;
    if (!run[i].has_output) continue;
    EXPECT_TRUE(Matches(run[i].output, printed[i].text)) << run[i].place << "\nexpected:\n"
                                                         << run[i].output << "\nprinted:\n"
                                                         << printed[i].text;
  }
}

TEST_P(Document, NamesWhatThereIs) {
  for (const Block& block : ReadBlocks(name_, text_)) {
    if (block.language != "sh") continue;
    EXPECT_THAT(Words().Unknown(block.text), ::testing::IsEmpty()) << block.place;
    Session session;
    session.Write("block.sh", block.text);
    EXPECT_EQ(session.Run("bash -n block.sh").exit_code, 0) << block.place;
    if (!block.not_run.empty()) {
      std::cout << block.place << " is not run: " << block.not_run << '\n';
    }
  }
  for (const std::string& code : ReadInlineCode(text_)) {
    EXPECT_THAT(Words().Unknown(code), ::testing::IsEmpty()) << name_ << ": " << code;
  }
}

INSTANTIATE_TEST_SUITE_P(Docs, Document, ::testing::ValuesIn(kDocuments), [](const auto& test) {
  return std::regex_replace(test.param.first, std::regex("[^A-Za-z0-9]"), "_");
});

TEST(Docs, AllDocumentsAreListed) {
  const fs::path root = SourceDir();
  for (auto entry = fs::recursive_directory_iterator(root);
       entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string name = entry->path().filename();
    if (name == "build" || name == ".git") entry.disable_recursion_pending();
    if (entry->path().extension() != ".md") continue;
    EXPECT_TRUE(kDocuments.contains(fs::relative(entry->path(), root)))
        << entry->path() << " belongs into kDocuments";
  }
}

TEST(Docs, DeploymentNamesWhatThereIs) {
  static const std::regex punctuation(R"([\[\]",{}])");
  static const std::regex command(R"((?:\S*/pillion|args:|CMD) +([a-z]+ .*))");
  int count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(SourceDir() + "/deploy")) {
    std::istringstream lines(std::regex_replace(ReadFile(entry.path()), punctuation, " "));
    for (std::string line; std::getline(lines, line);) {
      std::smatch found;
      if (!std::regex_search(line, found, command)) continue;
      EXPECT_THAT(Words().Unknown("pillion " + found[1].str()), ::testing::IsEmpty())
          << entry.path() << ": " << line;
      ++count;
    }
  }
  EXPECT_GE(count, 6) << "commands dropped out";
}

TEST(Docs, DemoRunsAndNamesWhatThereIs) {
  Session session;
  const Printed printed = session.Run("examples/king-county/demo.sh build/release");
  EXPECT_EQ(printed.exit_code, 0) << printed.text;
  const std::size_t next = printed.text.find("Try next:");
  ASSERT_NE(next, std::string::npos) << printed.text;
  EXPECT_THAT(Words().Unknown(printed.text.substr(next)), ::testing::IsEmpty());
}

TEST(Docs, ProgramOfReadmeSaysThatNoServerIsThere) {
  Session session;
  for (const Block& block : ReadBlocks("README.md", ReadFile(SourceDir() + "/README.md"))) {
    if (!block.file.empty()) session.Write(block.file, block.text);
  }
  const Printed printed = session.Run(R"(
mkdir include
ln -s ../client include/pillion
c++ -std=c++17 -Iinclude price.cc build/release/lib/libpillion-client.a -pthread -o price
./price
)");
  EXPECT_EQ(printed.exit_code, 69);
  EXPECT_EQ(printed.text,
            "cannot connect to /tmp/pillion/pillion.sock: No such file or directory\n");
}

// Makes the files that the examples of `--help` name.
constexpr char kExampleFiles[] = R"sh(
cp examples/king-county/house-lr.zip house.zip
cp examples/king-county/houses.frame.json houses.frame.json
mkdir models
cp house.zip models
pillion score house.zip houses.frame.json -o house.frame.json
pillion certify house.zip house.frame.json house.frame.json -o house.golden.json
cp house.zip /models/house-lr.zip
cp examples/king-county/house-rf.zip /models/risk
cp examples/king-county/house-rf.zip .
echo 'bundles: [house=house.zip]' >pillion.yaml
columns=$(head -n 1 houses.frame.json | grep -oE '"name": "[a-z_0-9]+"' | cut -d '"' -f 4)
pillion score house.zip houses.frame.json --to csv --select "$(paste -s -d , <<<"$columns")" |
  awk 'NR == 1 { print "id," $0; next } { print NR - 1 "," $0 }' >houses.csv
)sh";

class Examples : public ::testing::Test {
 protected:
  Examples() {
    const Printed made = session_.Run(kExampleFiles);
    EXPECT_EQ(made.exit_code, 0) << made.text;
  }

  Printed Run(const std::string& example) {
    if (example.starts_with("pillion serve ")) {
      std::smatch option;
      const bool given = std::regex_search(example, option, std::regex(R"(--run-dir (\S+))"));
      return RunWithServer(example, given ? option[1].str() : "/run/pillion", "");
    }
    return RunWithServer("pillion serve house=house.zip --run-dir /tmp/pillion", "/tmp/pillion",
                         "ln -sfn /tmp/pillion /run/pillion\n" + example);
  }

 private:
  Printed RunWithServer(const std::string& server, const std::string& run_dir,
                        const std::string& example) {
    return session_
        .Run({"export PILLION_RUN_DIR=/run/pillion\n" + server +
                  " &\npillion ctl ready --run-dir " + run_dir + " --wait 60",
              example})
        .back();
  }

  Session session_;
};

TEST_F(Examples, OfHelpRun) {
  int run = 0;
  for (const std::string& command : Words().Commands()) {
    for (const std::string& example : ReadExamples(Words().HelpOf(command))) {
      SCOPED_TRACE(example);
      const Printed printed = Run(example);
      ++run;
      EXPECT_EQ(printed.exit_code, 0) << printed.text;
    }
  }
  EXPECT_GE(run, 20) << "examples dropped out";
}

}  // namespace
}  // namespace pillion::docs
