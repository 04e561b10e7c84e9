// model.yaml: what its owner says of a model, or of one of its versions, in a file beside it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/load_error.h"
#include "sidecar/models/shadow.h"
#include "sidecar/models/split.h"

namespace pillion {

// Until when a version may be used: up to a time, or for some time after it was trained or
// published.
struct ValidUntil {
  enum class After : std::uint8_t { kTime, kTraining, kPublishing };

  After after = After::kTime;
  std::chrono::sys_seconds time{};   // of kTime
  std::chrono::seconds duration{0};  // of the others

  // "2026-12-31T00:00:00Z", "30d after training", "12h after publishing".
  static std::optional<ValidUntil> Parse(std::string_view text);
  std::string Text() const;  // the same

  bool operator==(const ValidUntil&) const = default;
};

// What is done when it no longer may.
enum class OnExpiry : std::uint8_t { kWarn, kPrevious, kNotReady };
const char* NameOf(OnExpiry on_expiry);

struct ModelConfig {
  // Of a version: what its own file does not say, the model's does.
  std::optional<ValidUntil> valid_until;
  std::optional<OnExpiry> on_expiry;
  // Of a model alone.
  std::string publish;  // the version that answers under the name; empty: the newest
  std::optional<SplitConfig> split;
  std::optional<ShadowConfig> shadow;

  bool operator==(const ModelConfig&) const = default;
};

inline constexpr char kModelConfigName[] = "model.yaml";

enum class ConfigOf : std::uint8_t { kModel, kVersion };

// Errors have the path with the line in front; all that is wrong is listed.
Result<ModelConfig> ReadModelConfig(const std::filesystem::path& file, ConfigOf of);

}  // namespace pillion
