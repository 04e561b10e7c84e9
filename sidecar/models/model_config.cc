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

Settings SettingsOf(ConfigOf of) {
  Settings settings;
  const auto add = [&](const char* key, Setting::Kind kind = Setting::Kind::kText) -> Setting& {
    Setting& setting = settings.emplace_back();
    setting.key = key;
    setting.kind = kind;
    return setting;
  };
  add("valid_until");
  Setting& on_expiry = add("on_expiry");
  for (const auto& [value, name] : kOnExpiry) on_expiry.words.emplace_back(name);
  if (of == ConfigOf::kVersion) return settings;
  add("publish");
  add("split.key");
  add("split.salt");
  add("split.arms", Setting::Kind::kNamedIntegers).range.emplace(0, kSplitBuckets);
  add("shadow.version");
  add("shadow.sample", Setting::Kind::kNumber).range.emplace(0, 1);
  add("shadow.columns", Setting::Kind::kTexts);
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

namespace {

// From what was read, key by key, to what it means.
class Meaning {
 public:
  explicit Meaning(std::string file) : file_(std::move(file)) {}

  void Take(const ConfigValue& value) {
    const std::string& said = value.values.front();
    line_ = value.line;
    if (value.key == "valid_until") {
      config_.valid_until = ValidUntil::Parse(said);
      if (!config_.valid_until) {
        Complain(
            "valid_until: expected a time such as 2026-12-31T00:00:00Z, or '30d after training', "
            "or '12h after publishing', found " +
            Quote(said));
      }
    } else if (value.key == "on_expiry") {
      config_.on_expiry =
          std::ranges::find(kOnExpiry, said, &std::pair<OnExpiry, const char*>::second)->first;
    } else if (value.key == "publish") {
      config_.publish = said;
    } else if (value.key.starts_with("shadow.")) {
      TakeOfShadow(value);
    } else {
      TakeOfSplit(value);
    }
  }

  Result<ModelConfig> End() && {
    const auto& split = config_.split;
    if (split && split->key.empty()) {
      Complain("split: expected the key 'key', the column that shares rows out, found none");
    } else if (split && split->arms.empty()) {
      Complain("split: expected the key 'arms', such as {canary: 1000}, found none");
    }
    if (config_.shadow && config_.shadow->version.empty()) {
      Complain("shadow: expected the key 'version', a version or label, found none");
    }
    if (!problems_.empty()) return tl::unexpected(LoadError(std::move(problems_)));
    return std::move(config_);
  }

 private:
  void TakeOfShadow(const ConfigValue& value) {
    if (!config_.shadow) config_.shadow.emplace();
    ShadowConfig& shadow = *config_.shadow;
    if (value.key == "shadow.version") {
      shadow.version = value.values.front();
    } else if (value.key == "shadow.sample") {
      shadow.sample = std::stod(value.values.front());
    } else {
      shadow.columns = value.values;
    }
  }

  void TakeOfSplit(const ConfigValue& value) {
    if (!config_.split) config_.split.emplace();
    SplitConfig& split = *config_.split;
    if (value.key == "split.key") {
      split.key = value.values.front();
    } else if (value.key == "split.salt") {
      split.salt = value.values.front();
    } else {
      std::uint64_t sum = 0;
      for (const std::string& arm : value.values) {
        const std::size_t equals = arm.rfind('=');
        const auto weight = static_cast<std::uint32_t>(std::stoul(arm.substr(equals + 1)));
        split.arms.emplace_back(arm.substr(0, equals), weight);
        sum += weight;
        if (split.arms.back().first == kSplitRest) {
          Complain(std::string("split.arms: '") + kSplitRest +
                   "' has what the others leave; give it no weight");
        }
      }
      if (sum > kSplitBuckets) {
        Complain("split.arms: expected weights of at most 10000 in all, found " +
                 std::to_string(sum));
      }
    }
  }

  void Complain(std::string what) {
    problems_.push_back(
        {LoadCode::kBadSchema, file_ + ":" + std::to_string(line_), std::move(what)});
  }

  const std::string file_;
  int line_ = 0;
  ModelConfig config_;
  std::vector<Problem> problems_;
};

}  // namespace

Result<ModelConfig> ReadModelConfig(const std::filesystem::path& file, ConfigOf of) {
  std::string text;
  PILLION_ASSIGN(text, ReadText(file));
  std::vector<ConfigValue> values;
  PILLION_ASSIGN(values, ReadConfig(file.string(), text, SettingsOf(of)));
  Meaning meaning(file.string());
  for (const ConfigValue& value : values) meaning.Take(value);
  return std::move(meaning).End();
}

}  // namespace pillion
