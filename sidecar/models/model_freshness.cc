// What the registry knows of time: until when versions may be used, and which of them still may.
#include <fmt/format.h>

#include <tl/expected.hpp>
#include <tuple>
#include <utility>

#include "base/quote.h"
#include "sidecar/models/model_registry.h"
#include "sidecar/models/rfc3339.h"

namespace pillion {
namespace {

using std::chrono::sys_seconds;

tl::expected<std::optional<sys_seconds>, std::string> Resolve(
    const std::optional<ValidUntil>& until, const ServedVersion& version,
    sys_seconds published_at) {
  if (!until) return std::nullopt;
  if (until->after == ValidUntil::After::kTime) return until->time;
  if (until->after == ValidUntil::After::kPublishing) return published_at + until->duration;
  const std::string& trained = version.model().info().timestamp;
  const auto time = ParseLocalTime(trained);
  if (time) return *time + until->duration;
  return tl::unexpected(fmt::format(
      "valid_until: {} {}: expected a time, or '... after publishing', found '... after training'",
      version.path().string(),
      trained.empty() ? "does not say when it was trained"
                      : "was trained at " + Quote(trained) + ", which is no time"));
}

}  // namespace

void ModelRegistry::Configure(const ModelReference& reference, Result<ModelConfig> config) {
  const auto place = entries_.find(reference.name);
  if (place == entries_.end()) return;
  Entry& entry = place->second;
  const auto take = [&](ModelConfig& into, std::string& failure) {
    failure = config ? "" : config.error().Text();
    if (config) into = *std::move(config);
  };
  if (reference.version.empty()) {
    take(entry.config, entry.config_failure);
    return Settle(entry);
  }
  const auto version = entry.versions.find(reference.version);
  if (version == entry.versions.end()) return;
  take(version->second.config, version->second.config_failure);
}

ModelRegistry::Refreshed ModelRegistry::Refresh(sys_seconds now) {
  Refreshed refreshed;
  for (auto& [name, entry] : entries_) {
    bool changed = false;
    for (auto& [id, version] : entry.versions) {
      if (version.loaded == nullptr) continue;
      if (!version.published_at) version.published_at = now;
      const auto seen = [&version = version] {
        return std::tie(version.valid_until, version.on_expiry, version.expired,
                        version.age_failure);
      };
      const std::tuple<std::optional<sys_seconds>, OnExpiry, bool, std::string> before = seen();
      const ModelConfig& own = version.config;
      const auto until = Resolve(own.valid_until ? own.valid_until : entry.config.valid_until,
                                 *version.loaded, *version.published_at);
      version.valid_until = until.value_or(std::nullopt);
      version.on_expiry = own.on_expiry.value_or(entry.config.on_expiry.value_or(OnExpiry::kWarn));
      version.expired = version.valid_until && now >= *version.valid_until;
      version.age_failure = until ? "" : until.error();
      if (seen() == before) continue;
      changed = true;
      if (version.expired && !std::get<2>(before)) refreshed.expired.push_back({name, id, {}});
      if (!until && version.age_failure != std::get<3>(before)) {
        refreshed.ageless.push_back({name, id, {}});
      }
    }
    if (changed) refreshed.changed.push_back(name);
  }
  return refreshed;
}

std::string ModelRegistry::FreshBefore(const std::string& model, const std::string& version,
                                       sys_seconds now) const {
  const auto place = entries_.find(model);
  if (place == entries_.end()) return {};
  const Entry& entry = place->second;
  const auto fresh = [&](const Version& one) {
    if (one.loaded != nullptr) return !one.expired;
    const auto& until = one.config.valid_until ? one.config.valid_until : entry.config.valid_until;
    return !until || until->after != ValidUntil::After::kTime || until->time > now;
  };
  for (auto older = entry.versions.lower_bound(version); older != entry.versions.begin();) {
    --older;
    if (fresh(older->second)) return older->first;
  }
  const Version* const previous = entry.Find(entry.previous);
  return previous != nullptr && fresh(*previous) ? entry.previous : std::string();
}

}  // namespace pillion
