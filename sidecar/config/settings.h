// A command's options as data: what each may be, what it is, and who said so. What a configuration
// file may hold, what --print-config prints and what the file's JSON Schema says all come from
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillion {

struct Setting {
  // kNamedIntegers: in a file a mapping of names to integers, {a: 1, b: 2}; the values "a=1",
  // "b=2".
  enum class Kind : std::uint8_t {
    kText,
    kInteger,
    kNumber,
    kFlag,
    kTexts,
    kIntegers,
    kNamedIntegers
  };
  enum class Source : std::uint8_t { kDefault, kFile, kVariable, kCommandLine };

  std::string option;    // "--run-dir", or "MODEL" of a positional one
  std::string key;       // in a configuration file, "limits.clients"; empty: not for files
  std::string variable;  // of the environment; empty: none
  std::string help;
  Kind kind = Kind::kText;
  std::vector<std::string> words;  // one of these; empty: any
  std::optional<std::pair<double, double>> range;
  // Of a list whose items a file says as mappings of two keys, "tcp:[::1]:80=score,health" as
  // {on: "tcp:[::1]:80", speak: [score, health]}: their names.
  std::optional<std::pair<std::string, std::string>> item_keys;
  bool while_running = false;  // a change is taken over without a restart

  std::vector<std::string> values;  // effective, as on a command line
  Source source = Source::kDefault;
  int line = 0;  // where the file says it; 0: elsewhere

  bool IsList() const {
    return kind == Kind::kTexts || kind == Kind::kIntegers || kind == Kind::kNamedIntegers;
  }
};

using Settings = std::vector<Setting>;

// What is wrong with `value` as (an item of) the setting, as in "expected a whole number from 0 to
// 256, found 'two'"; empty: nothing.
std::string WrongWith(const Setting& setting, std::string_view value);

// "a whole number from 0 to 256", "one of adaptive, never, always".
std::string Expected(const Setting& setting);

}  // namespace pillion
