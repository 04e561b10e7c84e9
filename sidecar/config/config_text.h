// What a command says about its settings: as a configuration file with the source of each value,
// and as the JSON Schema of such files.
#pragma once

#include <string>
#include <string_view>

#include "sidecar/config/settings.h"

namespace pillion {

// YAML that ReadConfig takes, a comment behind each value: "# pillion.yaml:3", "# PILLION_SPIN",
// "# --spin" or "# default". Settings without a value are left out.
std::string ConfigText(std::string_view file, const Settings& settings);

// JSON Schema, draft 2020-12.
std::string ConfigSchema(const Settings& settings);

}  // namespace pillion
