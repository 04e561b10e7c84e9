// Bytes as a configuration file. What is taken must be printed as a file that says the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sidecar/config/config_file.h"
#include "sidecar/config/config_text.h"

namespace pillion {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// One of each kind.
Settings Declared() {
  using Kind = Setting::Kind;
  Settings settings;
  const auto add = [&](const char* key, Kind kind) -> Setting& {
    settings.emplace_back().key = key;
    settings.back().kind = kind;
    return settings.back();
  };
  add("models", Kind::kText);
  add("listen", Kind::kTexts).item_keys.emplace("on", "speak");
  add("workers", Kind::kInteger).range.emplace(0, 256);
  add("share", Kind::kNumber);
  add("socket_only", Kind::kFlag);
  add("access.uids", Kind::kIntegers);
  add("access.names", Kind::kTexts);
  add("limits.clients", Kind::kInteger);
  add("split.arms", Kind::kNamedIntegers).range.emplace(1, 10'000);
  add("log.level", Kind::kText).words = {"info", "debug"};
  return settings;
}

void CheckConfig(const std::string& text) {
  Settings settings = Declared();
  const auto read = ReadConfig("fuzz.yaml", text, settings);
  if (!read) {
    Require(!read.error().problems.empty() && !read.error().Text().empty());
    return;
  }
  for (const ConfigValue& value : *read) {
    for (Setting& setting : settings) {
      if (setting.key == value.key) setting.values = value.values;
    }
  }
  const auto again = ReadConfig("again.yaml", ConfigText("fuzz.yaml", settings), Declared());
  Require(again.has_value());
  std::size_t found = 0;
  for (const ConfigValue& value : *again) {
    for (const Setting& setting : settings) {
      if (setting.key != value.key) continue;
      Require(setting.values == value.values);
      ++found;
    }
  }
  Require(found == read->size());
}

}  // namespace
}  // namespace pillion

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pillion::CheckConfig({reinterpret_cast<const char*>(data), size});
  return 0;
}
