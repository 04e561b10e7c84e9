// A configuration file, in YAML: reads what a command's settings say about its keys, strictly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "sidecar/config/settings.h"

namespace pillion {

struct ConfigValue {
  std::string key;
  std::vector<std::string> values;  // as on a command line; of a list: its items
  int line = 0;                     // from 1
};

inline constexpr std::size_t kConfigBytesMax = std::size_t{1} << 20;

// `file` names the text in errors, which give the line. All that is wrong is listed: what is no
// YAML, keys that no setting has or that stand twice, values that do not fit.
Result<std::vector<ConfigValue>> ReadConfig(std::string_view file, const std::string& text,
                                            const Settings& settings);

}  // namespace pillion
