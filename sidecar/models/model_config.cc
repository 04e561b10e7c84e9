#include "sidecar/models/model_config.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "sidecar/config/config_file.h"
#include "sidecar/models/rfc3339.h"

namespace pillion {
namespace {

constexpr std::pair<OnExpiry, const char*> kOnExpiry[] = {{OnExpiry::kWarn, "warn"},
                                                          {OnExpiry::kPrevious, "previous"},
                                                          {OnExpiry::kNotReady, "not_ready"}};

constexpr char kValidUntil[] = "valid_until";
constexpr char kOnExpiryKey[] = "on_expiry";

Settings SettingsOfModels() {
  Settings settings;
  const auto add = [&](const char* key, Setting::Kind kind) -> Setting& {
    Setting& setting = settings.emplace_back();
    setting.key = key;
    setting.kind = kind;
    return setting;
  };
  add(kValidUntil, Setting::Kind::kText);
  Setting& on_expiry = add(kOnExpiryKey, Setting::Kind::kText);
  for (const auto& [value, name] : kOnExpiry) on_expiry.words.emplace_back(name);
  return settings;
}

// Not more than is read of a configuration, and so much that its reader sees that it is more.
Result<std::string> ReadText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(LoadCode::kNotFound, path.string(), std::strerror(errno));
  std::string text(kConfigBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Fail(LoadCode::kNotFound, path.string(), std::strerror(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

constexpr std::pair<char, std::int64_t> kUnits[] = {
    {'w', 604'800}, {'d', 86'400}, {'h', 3600}, {'m', 60}, {'s', 1}};

constexpr std::pair<ValidUntil::After, std::string_view> kEndings[] = {
    {ValidUntil::After::kTraining, " after training"},
    {ValidUntil::After::kPublishing, " after publishing"}};

std::optional<std::chrono::seconds> ParseDuration(std::string_view text) {
  constexpr std::int64_t kCountMax = 1'000'000'000;
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc() || end + 1 != text.data() + text.size()) return std::nullopt;
  const auto unit = std::ranges::find(kUnits, *end, &std::pair<char, std::int64_t>::first);
  if (unit == std::end(kUnits) || count < 0 || count > kCountMax) return std::nullopt;
  return std::chrono::seconds(count * unit->second);
}

}  // namespace

std::optional<ValidUntil> ValidUntil::Parse(std::string_view text) {
  if (const auto time = ParseRfc3339(text)) return ValidUntil{After::kTime, *time};
  for (const auto& [after, ending] : kEndings) {
    if (!text.ends_with(ending)) continue;
    const auto duration = ParseDuration(text.substr(0, text.size() - ending.size()));
    if (duration) return ValidUntil{after, {}, *duration};
  }
  return std::nullopt;
}

std::string ValidUntil::Text() const {
  if (after == After::kTime) return Rfc3339(time);
  const std::int64_t count = duration.count();
  const auto unit =
      std::ranges::find_if(kUnits, [&](const auto& one) { return count % one.second == 0; });
  const auto ending =
      std::ranges::find(kEndings, after, &std::pair<After, std::string_view>::first);
  return std::to_string(count / unit->second) + unit->first + std::string(ending->second);
}

const char* NameOf(OnExpiry on_expiry) {
  return std::ranges::find(kOnExpiry, on_expiry, &std::pair<OnExpiry, const char*>::first)->second;
}

Result<ModelConfig> ReadModelConfig(const std::filesystem::path& file) {
  std::string text;
  PILLION_ASSIGN(text, ReadText(file));
  static const Settings settings = SettingsOfModels();
  std::vector<ConfigValue> values;
  PILLION_ASSIGN(values, ReadConfig(file.string(), text, settings));
  ModelConfig config;
  std::vector<Problem> problems;
  for (const ConfigValue& value : values) {
    const std::string& said = value.values.front();
    if (value.key == kValidUntil) {
      config.valid_until = ValidUntil::Parse(said);
      if (!config.valid_until) {
        problems.push_back({LoadCode::kBadSchema, file.string() + ":" + std::to_string(value.line),
                            std::string(kValidUntil) +
                                ": expected a time such as 2026-12-31T00:00:00Z, or '30d after "
                                "training', or '12h after publishing', found " +
                                Quote(said)});
      }
    } else if (value.key == kOnExpiryKey) {
      config.on_expiry =
          std::ranges::find(kOnExpiry, said, &std::pair<OnExpiry, const char*>::second)->first;
    }
  }
  if (!problems.empty()) return tl::unexpected(LoadError(std::move(problems)));
  return config;
}

}  // namespace pillion
