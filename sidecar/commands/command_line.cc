#include "sidecar/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <list>
#include <memory>
#include <sstream>
#include <string_view>
#include <type_traits>

#include "base/suggest.h"
#include "sidecar/commands/files.h"
#include "sidecar/config/config_file.h"

namespace pillion {
namespace {

// Prints help in lines of at most 100 columns. After an option's meaning stand, in brackets, the
// values that it takes, its default and its environment variable.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    const auto [type, values] = TypeAndValues(*option);
    const std::string indent(get_column_width(), ' ');
    std::string text;
    std::string line = LeftColumn(*option, is_positional, type);
    if (line.size() + 2 > indent.size()) text = std::exchange(line, "") + "\n";
    line.resize(indent.size(), ' ');
    for (const std::string& word : Words(*option, values)) {
      if (line.size() + 1 + word.size() > kLineColumns) {
        text += std::exchange(line, indent) + "\n";
      }
      if (line.size() > indent.size()) line += ' ';
      line += word;
    }
    return text + line + "\n";
  }

 private:
  static constexpr std::size_t kLineColumns = 100;

  // CLI11 writes a type and what its checks say as "UINT:INT in [0 - 256]" or "TEXT:{a,b}".
  static std::pair<std::string, std::string> TypeAndValues(const CLI::Option& option) {
    if (option.get_type_size() == 0) return {};  // a flag
    const std::string text = option.get_type_name();
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return {text, ""};
    std::string values = text.substr(colon + 1);
    for (const std::string_view prefix : {"INT in ", "FLOAT in "}) {
      if (values.starts_with(prefix)) values.erase(0, prefix.size());
    }
    if (values.starts_with('{') || values.starts_with('[')) {
      values = values.substr(1, values.size() - 2);
    }
    return {text.substr(0, colon), values};
  }

  static std::string LeftColumn(const CLI::Option& option, bool is_positional,
                                const std::string& type) {
    std::string text = "  " + option.get_name(is_positional, !is_positional);
    if (!type.empty()) text += " " + type;
    if (option.get_expected_max() == CLI::detail::expected_max_vector_size) text += " ...";
    if (option.get_required()) text += " REQUIRED";
    return text;
  }

  // What must not be torn apart at the end of a line.
  static std::vector<std::string> Words(const CLI::Option& option, const std::string& values) {
    std::vector<std::string> words;
    std::istringstream meaning(option.get_description());
    for (std::string word; meaning >> word;) words.push_back(std::move(word));

    const std::size_t first_note = words.size();
    if (!values.empty()) words.push_back(values);
    const std::string by_default = option.get_default_str();
    if (option.get_type_size() != 0 && !by_default.empty() && by_default != "[]") {
      words.push_back("default: " + by_default);
    }
    if (!option.get_envname().empty()) words.push_back("env: " + option.get_envname());
    for (std::size_t i = first_note; i < words.size(); ++i) {
      words[i].insert(0, i == first_note ? "[" : "");
      words[i] += i + 1 == words.size() ? "]" : ";";
    }
    return words;
  }
};

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// Unknown words come first: CLI11 would rather tell what is missing because of them.
std::string ExplainUsageError(const CLI::App& app, const CLI::App& command,
                              const CLI::ParseError& error) {
  const std::vector<std::string> unknown = command.remaining();
  for (const std::string& word : unknown) {
    if (word.size() > 1 && word.front() == '-') {
      const std::string name = word.substr(0, word.find('='));
      const std::vector<std::string> names = OptionNames(command);
      return "there is no option '" + name + "'" + DidYouMean(name, {names.begin(), names.end()});
    }
    if (&command == &app) {
      std::vector<std::string> names;
      for (const CLI::App* each : app.get_subcommands({})) names.push_back(each->get_name());
      return "there is no command '" + word + "'" + DidYouMean(word, {names.begin(), names.end()});
    }
  }
  if (unknown.empty()) return error.what();
  return "there is no argument for '" + CLI::detail::join(unknown, "', '") + "'";
}

void PrintUsageError(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  const CLI::App& command = parsed.empty() ? app : *parsed.front();
  const std::string name = app.get_name() + (parsed.empty() ? "" : " " + command.get_name());
  std::cerr << name << ": " << ExplainUsageError(app, command, error) << "\nSee " << name
            << " --help\n";
}

struct Command {
  Command(CLI::App& of, const std::vector<std::string>& arguments) : app(of), line(of, arguments) {}

  CLI::App& app;
  CommandLine line;
  CommandRun run;
};

}  // namespace

CLI::Option& Option::option() { return *line_->options_[index_]; }

Setting& Option::setting() { return line_->settings_[index_]; }

Option& Option::Required() {
  option().required();
  return *this;
}

Option& Option::Env(const char* variable) {
  option().envname(variable);
  setting().variable = variable;
  return *this;
}

Option& Option::CommaSeparated() {
  option().delimiter(',')->allow_extra_args(false);
  return *this;
}

Option& Option::Repeated() {
  option().allow_extra_args(false);
  return *this;
}

Option& Option::OneOf(const std::vector<std::string>& words) {
  const auto complain = [words](const std::string& word) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return std::string();
    return "'" + word + "' is none of " + CLI::detail::join(words, ", ") +
           DidYouMean(word, {words.begin(), words.end()});
  };
  option().check(CLI::Validator(complain, CLI::IsMember(words).get_description()));
  setting().words = words;
  return *this;
}

Option& Option::Between(int min, int max) {
  option().check(CLI::Range(min, max));
  setting().range.emplace(min, max);
  return *this;
}

Option& Option::Between(double min, double max) {
  option().check(CLI::Range(min, max));
  setting().range.emplace(min, max);
  return *this;
}

Option& Option::Positive() {
  option().check(CLI::PositiveNumber);
  return *this;
}

Option& Option::DefaultIs(const char* text) {
  option().default_str(text);
  return *this;
}

Option& Option::Key(const char* key) {
  setting().key = key;
  return *this;
}

Option& Option::WhileRunning() {
  setting().while_running = true;
  return *this;
}

Option& Option::Items(const char* first_key, const char* second_key,
                      const std::vector<std::string_view>& words) {
  setting().item_keys.emplace(first_key, second_key);
  setting().words.assign(words.begin(), words.end());
  return *this;
}

Option CommandLine::Declare(CLI::Option& option, const char* names, const char* help,
                            Setting::Kind kind, std::vector<std::string> values) {
  Setting setting;
  setting.option = std::string_view(names).substr(std::string_view(names).rfind(',') + 1);
  setting.help = help;
  setting.kind = kind;
  setting.values = std::move(values);
  options_.push_back(&option);
  settings_.push_back(std::move(setting));
  return {*this, settings_.size() - 1};
}

template <typename T>
Option CommandLine::Add(const char* names, T& value, const char* help) {
  using Kind = Setting::Kind;
  CLI::Option& option = *app_->add_option(names, value, help);
  std::vector<std::string> values;
  Kind kind = Kind::kInteger;
  if constexpr (std::is_same_v<T, std::string>) {
    kind = Kind::kText;
    if (!value.empty()) values.push_back(value);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    kind = Kind::kTexts;
    values = value;
  } else if constexpr (std::is_same_v<T, std::vector<std::uint32_t>>) {
    kind = Kind::kIntegers;
    for (const std::uint32_t item : value) values.push_back(std::to_string(item));
  } else {
    if constexpr (std::is_same_v<T, double>) kind = Kind::kNumber;
    values.push_back(CLI::detail::to_string(value));
  }
  return Declare(option, names, help, kind, std::move(values));
}

template Option CommandLine::Add(const char*, std::string&, const char*);
template Option CommandLine::Add(const char*, int&, const char*);
template Option CommandLine::Add(const char*, std::uint32_t&, const char*);
template Option CommandLine::Add(const char*, double&, const char*);
template Option CommandLine::Add(const char*, std::vector<std::string>&, const char*);
template Option CommandLine::Add(const char*, std::vector<std::uint32_t>&, const char*);

Option CommandLine::AddFlag(const char* names, bool& value, const char* help) {
  return Declare(*app_->add_flag(names, value, help), names, help, Setting::Kind::kFlag,
                 {value ? "true" : "false"});
}

Option CommandLine::AddWord(const char* names, const char* help,
                            const std::vector<std::string>& words, const std::string& word_now,
                            const std::function<void(std::size_t)>& set) {
  const auto chosen = [words, set](const std::string& word) {
    set(static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin()));
  };
  return Declare(*app_->add_option_function<std::string>(names, chosen, help), names, help,
                 Setting::Kind::kText, {word_now})
      .OneOf(words)
      .DefaultIs(word_now.c_str());
}

Option CommandLine::AddConfig(const char* names, const char* help) {
  return Add(names, config_file_, help);
}

Result<void> CommandLine::Settle() {
  const std::vector<CLI::Option*>& parsed = app_->parse_order();
  for (std::size_t i = 0; i < options_.size(); ++i) {
    if (options_[i]->count() == 0) continue;
    const bool on_line = std::find(parsed.begin(), parsed.end(), options_[i]) != parsed.end();
    settings_[i].source = on_line ? Setting::Source::kCommandLine : Setting::Source::kVariable;
    settings_[i].values = options_[i]->results();
  }
  if (config_file_.empty()) return {};
  std::string text;
  PILLION_ASSIGN(text, ReadInput(config_file_));
  std::vector<ConfigValue> found;
  PILLION_ASSIGN(found, ReadConfig(config_file_, text, settings_));
  for (ConfigValue& value : found) {
    std::size_t i = 0;
    while (settings_[i].key != value.key) ++i;
    if (settings_[i].source != Setting::Source::kDefault) continue;
    options_[i]->add_result(value.values);
    options_[i]->run_callback();
    settings_[i].source = Setting::Source::kFile;
    settings_[i].values = std::move(value.values);
    settings_[i].line = value.line;
  }
  return {};
}

Result<Settings> CommandLine::ReadAgain(const std::function<void(CommandLine&)>& declare) const {
  CLI::App app;
  app.option_defaults()->always_capture_default();
  CommandLine line(app, arguments_);
  declare(line);
  try {
    app.parse(std::vector<std::string>(arguments_.rbegin(), arguments_.rend()));
  } catch (const CLI::ParseError& error) {
    return Fail(LoadCode::kBadSchema, "", error.what());
  }
  PILLION_TRY(line.Settle());
  return line.settings();
}

void CommandLine::Footer(const char* text) { app_->footer(text); }

ExitCode RunProgram(const Program& program, int argc, char** argv) {
  CLI::App app(program.summary, program.name);
  app.set_version_flag("--version", program.version);
  app.require_subcommand(1);
  app.footer(program.footer);
  // Commands take these over when they are added.
  app.formatter(std::make_shared<HelpFormatter>());
  app.option_defaults()->always_capture_default();
  const std::vector<std::string> arguments(argv + std::min(argc, 2), argv + argc);
  std::list<Command> commands;
  for (const CommandRow& row : program.commands) {
    Command& command = commands.emplace_back(*app.add_subcommand(row.name, row.summary), arguments);
    command.run = row.set_up(command.line);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    app.exit(help_or_version);
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    PrintUsageError(app, error);
    return ExitCode::kUsage;
  }
  for (Command& command : commands) {
    if (!command.app.parsed()) continue;
    if (const auto settled = command.line.Settle(); !settled) {
      Report(settled.error());
      return ExitCode::kConfig;
    }
    return command.run();
  }
  return ExitCode::kUsage;
}

}  // namespace pillion
