// What a command says about its options. CLI11, which parses them, costs ten seconds of compiling
// wherever it is included: command_line.cc alone includes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/load_error.h"
#include "sidecar/commands/exit_code.h"
#include "sidecar/config/settings.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pillion {

class CommandLine;

// A declared option. Its members return it, so that they chain; valid while its CommandLine is.
class Option {
 public:
  Option(CommandLine& line, std::size_t index) : line_(&line), index_(index) {}

  Option& Required();
  Option& Env(const char* variable);  // where the value stands if not on the line
  // One argument that holds several values: a,b,c. What follows it is not taken for a value.
  Option& CommaSeparated();
  // One value each time it is given. What follows it is not taken for a value.
  Option& Repeated();
  Option& OneOf(const std::vector<std::string>& words);
  Option& Between(int min, int max);
  Option& Between(double min, double max);
  Option& Positive();
  // What help shows as the default where the value itself does not tell.
  Option& DefaultIs(const char* text);
  // Where a configuration file says it: "limits.clients".
  Option& Key(const char* key);
  // A change of the file is taken over without a restart.
  Option& WhileRunning();
  // Items of the list are, in a file, mappings of two keys: Setting::item_keys. The second has a
  // list of `words`.
  Option& Items(const char* first_key, const char* second_key,
                const std::vector<std::string_view>& words);

 private:
  CLI::Option& option();
  Setting& setting();

  CommandLine* line_;
  std::size_t index_;
};

// A command's options, positional arguments and examples.
class CommandLine {
 public:
  // `arguments`: those of the command.
  CommandLine(CLI::App& app, std::vector<std::string> arguments)
      : app_(&app), arguments_(std::move(arguments)) {}
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

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
    std::string word_now;
    for (const auto& [word, meaning] : choices) {
      words.emplace_back(word);
      values.push_back(meaning);
      if (meaning == value) word_now = word;
    }
    return AddWord(names, help, words, word_now,
                   [&value, values](std::size_t chosen) { value = values[chosen]; });
  }
  // A file in YAML that says what neither the line nor the environment says, by the keys that
  // options have.
  Option AddConfig(const char* names, const char* help);
  void Footer(const char* text);

  // After parsing: fills in what the file says, and where each value came from. An error lists what
  // is wrong with the file.
  Result<void> Settle();
  const Settings& settings() const { return settings_; }
  const std::string& config_file() const { return config_file_; }

  // The settings that the same arguments give with the environment and the file as they are now.
  // `declare` declares the same options over values of its own.
  Result<Settings> ReadAgain(const std::function<void(CommandLine&)>& declare) const;

 private:
  friend class Option;

  Option Declare(CLI::Option& option, const char* names, const char* help, Setting::Kind kind,
                 std::vector<std::string> values);
  Option AddWord(const char* names, const char* help, const std::vector<std::string>& words,
                 const std::string& word_now, const std::function<void(std::size_t)>& set);

  CLI::App* app_;
  std::vector<std::string> arguments_;
  std::vector<CLI::Option*> options_;
  Settings settings_;  // [option]
  std::string config_file_;
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
