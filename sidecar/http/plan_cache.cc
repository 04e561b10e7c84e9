#include "sidecar/http/plan_cache.h"

#include <set>

namespace pillion {

tl::expected<PlanCache::Found, Refusal> PlanCache::Find(std::string_view reference,
                                                        std::string_view kind) {
  auto version = models_.Now()->Find(reference);
  if (!version) return tl::unexpected(std::move(version).error());
  std::pair key(version->get(), std::string(kind));
  auto place = entries_.find(key);
  if (place == entries_.end()) {
    // Kinds are the caller's words.
    if (entries_.size() >= kEntriesMax) entries_.clear();
    Entry entry{*version, PlanScorer((*version)->model().shared_from_this())};
    place = entries_.emplace(std::move(key), std::move(entry)).first;
  }
  return Found{place->second.version, &place->second.scorer};
}

void PlanCache::Trim() {
  std::set<const ServedVersion*> served;
  const auto registry = models_.Now();
  for (const auto& [name, entry] : registry->entries()) {
    for (const auto& [id, version] : entry.versions) served.insert(version.loaded.get());
  }
  std::erase_if(entries_, [&](const auto& entry) { return !served.contains(entry.first.first); });
}

}  // namespace pillion
