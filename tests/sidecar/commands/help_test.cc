// What every `--help` owes to its reader: text that a terminal shows as it is, and each option's
// default.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <clocale>
#include <cwchar>
#include <cwctype>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::size_t kLineColumns = 100;
constexpr std::size_t kMeaningColumn = 30;

std::string HelpOf(const std::string& command) {
  const std::string line = pillion::BinaryDir() + "/bin/pillion " + command + " --help";
  FILE* pipe = popen(line.c_str(), "r");
  std::string text;
  for (int byte = fgetc(pipe); byte != EOF; byte = fgetc(pipe)) {
    text += static_cast<char>(byte);
  }
  EXPECT_EQ(pclose(pipe), 0) << line;
  return text;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The commands that the program itself lists, and "" for the program.
std::vector<std::string> Commands() {
  std::vector<std::string> commands = {""};
  bool listed = false;
  for (const std::string& line : LinesOf(HelpOf(""))) {
    if (listed && line.empty()) break;
    if (listed) commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    if (line == "Subcommands:") listed = true;
  }
  EXPECT_GE(commands.size(), 9U);
  return commands;
}

// One string an option or positional: its lines, joined.
std::vector<std::string> OptionsOf(const std::string& help) {
  std::vector<std::string> options;
  bool listed = false;
  for (const std::string& line : LinesOf(help)) {
    if (line.empty()) listed = false;
    if (listed && line.starts_with("   ")) {
      options.back() += " " + line.substr(kMeaningColumn);
    } else if (listed) {
      options.push_back(line);
    }
    if (line == "Options:" || line == "Positionals:") listed = true;
  }
  return options;
}

TEST(Help, IsCleanTextOfAtMost100Columns) {
  ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
  for (const std::string& command : Commands()) {
    SCOPED_TRACE(command);
    const std::string help = HelpOf(command);
    EXPECT_FALSE(help.empty());
    for (const std::string& line : LinesOf(help)) {
      std::size_t columns = 0;
      std::mbstate_t state{};
      for (std::size_t at = 0; at < line.size(); ++columns) {
        wchar_t character = 0;
        const std::size_t bytes = std::mbrtowc(&character, &line[at], line.size() - at, &state);
        ASSERT_LE(bytes, line.size()) << "no UTF-8: " << line;
        ASSERT_NE(bytes, 0U) << "NUL: " << line;
        ASSERT_FALSE(std::iswcntrl(static_cast<std::wint_t>(character))) << line;
        at += bytes;
      }
      EXPECT_LE(columns, kLineColumns) << line;
    }
  }
}

// An option with a value has a default, says what happens without it, or has to be given.
TEST(Help, ShowsEachDefaultOnce) {
  for (const std::string& command : Commands()) {
    SCOPED_TRACE(command);
    for (const std::string& option : OptionsOf(HelpOf(command))) {
      const std::string name = option.substr(2, option.find("  ", 2) - 2);
      if (name.find(' ') == std::string::npos) continue;  // a flag
      EXPECT_THAT(option, AnyOf(HasSubstr("default"), HasSubstr("needed"), HasSubstr("REQUIRED")));
      const std::size_t first = option.find("default");
      if (first == std::string::npos) continue;
      EXPECT_EQ(option.find("default", first + 1), std::string::npos) << option;
    }
  }
}

TEST(Help, NamesTheDefaultsOfServe) {
  const std::string help = HelpOf("serve");
  for (const char* const text :
       {"[default: /run/pillion;", "default: adaptive;", "[1 - 65536; default: 240;",
        "default: 1500;", "[0 - 256; default: 0;"}) {
    EXPECT_THAT(help, HasSubstr(text));
  }
}

}  // namespace
