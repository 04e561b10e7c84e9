// What a command says about its options. CLI11, which parses them, costs ten seconds of compiling
// wherever it is included: command_line.cc alone includes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/commands/exit_code.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pillion {

// A declared option. Its members return it, so that they chain; valid while its CommandLine is.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& Required();
  Option& Env(const char* variable);  // where the value stands if not on the line
  // One argument that holds several values: a,b,c. What follows it is not taken for a value.
  Option& CommaSeparated();
  Option& OneOf(const std::vector<std::string>& words);
  Option& Between(int min, int max);
  Option& Between(double min, double max);
  Option& Positive();
  // What help shows as the default where the value itself does not tell.
  Option& DefaultIs(const char* text);

 private:
  CLI::Option* option_;
};

// A command's options, positional arguments and examples.
class CommandLine {
 public:
  explicit CommandLine(CLI::App& app) : app_(&app) {}

  // `names` as "--rows", "-o,--output" or, for a positional argument, "MODEL". `value` holds the
  // default and must live until the command has run. T: std::string, int, std::uint32_t, double,
  // or a vector of strings or std::uint32_t.
  template <typename T>
  Option Add(const char* names, T& value, const char* help);
  Option AddFlag(const char* names, bool& value, const char* help);
  // One of `choices`, by its word.
  template <typename T>
  Option AddChoice(const char* names, T& value, const char* help,
                   std::initializer_list<std::pair<const char*, T>> choices) {
    std::vector<std::string> words;
    std::vector<T> values;
    const char* word_now = "";
    for (const auto& [word, meaning] : choices) {
      words.emplace_back(word);
      values.push_back(meaning);
      if (meaning == value) word_now = word;
    }
    return AddWord(names, help, words,
                   [&value, values](std::size_t chosen) { value = values[chosen]; })
        .DefaultIs(word_now);
  }
  void Footer(const char* text);

 private:
  Option AddWord(const char* names, const char* help, const std::vector<std::string>& words,
                 const std::function<void(std::size_t)>& set);

  CLI::App* app_;
};

// Runs a command after its options were parsed. Data goes to standard output, messages to standard
// error.
using CommandRun = std::function<ExitCode()>;

struct CommandRow {
  const char* name;
  const char* summary;
  CommandRun (*set_up)(CommandLine& line);
};

struct Program {
  const char* name;
  const char* summary;
  const char* version;
  const char* footer;
  std::span<const CommandRow> commands;
};

// Runs the command that the arguments name. Answers --help, --version and usage errors itself.
ExitCode RunProgram(const Program& program, int argc, char** argv);

}  // namespace pillion
