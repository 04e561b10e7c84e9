#include "sidecar/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace pillion {

Option& Option::Required() {
  option_->required();
  return *this;
}

Option& Option::Env(const char* variable) {
  option_->envname(variable);
  return *this;
}

Option& Option::CommaSeparated() {
  option_->delimiter(',')->allow_extra_args(false);
  return *this;
}

Option& Option::OneOf(const std::vector<std::string>& words) {
  option_->check(CLI::IsMember(words));
  return *this;
}

Option& Option::Between(int min, int max) {
  option_->check(CLI::Range(min, max));
  return *this;
}

Option& Option::Between(double min, double max) {
  option_->check(CLI::Range(min, max));
  return *this;
}

Option& Option::Positive() {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option& Option::ShowDefault() {
  option_->capture_default_str();
  return *this;
}

template <typename T>
Option CommandLine::Add(const char* names, T& value, const char* help) {
  return Option(*app_->add_option(names, value, help));
}

template Option CommandLine::Add(const char*, std::string&, const char*);
template Option CommandLine::Add(const char*, int&, const char*);
template Option CommandLine::Add(const char*, std::uint32_t&, const char*);
template Option CommandLine::Add(const char*, double&, const char*);
template Option CommandLine::Add(const char*, std::vector<std::string>&, const char*);
template Option CommandLine::Add(const char*, std::vector<std::uint32_t>&, const char*);

Option CommandLine::AddFlag(const char* names, bool& value, const char* help) {
  return Option(*app_->add_flag(names, value, help));
}

Option CommandLine::AddWord(const char* names, const char* help,
                            const std::vector<std::string>& words,
                            const std::function<void(std::size_t)>& set) {
  const auto chosen = [words, set](const std::string& word) {
    set(static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin()));
  };
  return Option(*app_->add_option_function<std::string>(names, chosen, help)).OneOf(words);
}

void CommandLine::Footer(const char* text) { app_->footer(text); }

ExitCode RunProgram(const Program& program, int argc, char** argv) {
  CLI::App app(program.summary, program.name);
  app.set_version_flag("--version", program.version);
  app.require_subcommand(1);
  app.footer(program.footer);
  std::vector<std::pair<CLI::App*, CommandRun>> runs;
  for (const CommandRow& row : program.commands) {
    CLI::App* command = app.add_subcommand(row.name, row.summary);
    CommandLine line(*command);
    runs.emplace_back(command, row.set_up(line));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::kOk : ExitCode::kUsage;
  }
  for (const auto& [command, run] : runs) {
    if (command->parsed()) return run();
  }
  return ExitCode::kUsage;
}

}  // namespace pillion
