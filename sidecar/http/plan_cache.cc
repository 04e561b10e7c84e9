#include "sidecar/http/plan_cache.h"

#include <set>
#include <utility>

#include "sidecar/http/shadow_scorer.h"

namespace pillion {

std::string PlanCache::Found::Versions() const {
  if (split == nullptr) return id;
  std::string versions;
  for (const std::size_t arm : split->used()) {
    versions += (versions.empty() ? "" : ", ") + split->arm(arm).version;
  }
  return versions.empty() ? id : versions;
}

void PlanCache::Found::Tell(HttpReply& reply) const {
  reply.headers.emplace_back("Pillion-Version", Versions());
  if (split == nullptr || split->used().empty()) return;
  std::string arms;
  for (const std::size_t arm : split->used()) {
    arms += (arms.empty() ? "" : ", ") + split->arm(arm).name;
  }
  reply.headers.emplace_back("Pillion-Arm", std::move(arms));
}

tl::expected<PlanCache::Found, Refusal> PlanCache::Find(std::string_view reference,
                                                        std::string_view kind) {
  const auto registry = models_.Now();
  Found found;
  auto version = registry->Find(reference);
  if (!version) return tl::unexpected(std::move(version).error());
  found.version = *std::move(version);
  found.id = *registry->VersionOf(*ModelReference::Parse(reference));
  // Only the name alone is shared out.
  const auto entry = registry->FindEntry(reference);
  const std::shared_ptr<const Split> split = entry ? (*entry)->split : nullptr;
  const std::shared_ptr<const Shadow> shadow = entry ? (*entry)->shadow : nullptr;
  std::shared_ptr<const void> of = found.version;
  if (shadow != nullptr) of = shadow;
  if (split != nullptr) of = split;  // made anew whenever the shadow is
  std::pair key(of.get(), std::string(kind));
  auto place = entries_.find(key);
  if (place == entries_.end()) {
    // Kinds are the caller's words.
    if (entries_.size() >= kEntriesMax) entries_.clear();
    std::unique_ptr<RowScorer> scorer =
        std::make_unique<PlanScorer>(found.version->model().shared_from_this());
    if (shadow != nullptr && shadow->loaded != nullptr) {
      scorer = std::make_unique<ShadowScorer>(shadow, std::move(scorer));
    }
    if (split != nullptr) scorer = std::make_unique<SplitScorer>(split, std::move(scorer));
    place = entries_.emplace(std::move(key), Entry{of, std::move(scorer)}).first;
  }
  found.scorer = place->second.scorer.get();
  if (split != nullptr) {
    found.split = static_cast<SplitScorer*>(found.scorer);
    found.split->Forget();
  }
  return found;
}

void PlanCache::Trim() {
  std::set<const void*> served;
  const auto registry = models_.Now();
  for (const auto& [name, entry] : registry->entries()) {
    served.insert(entry.split.get());
    served.insert(entry.shadow.get());
    for (const auto& [id, version] : entry.versions) served.insert(version.loaded.get());
  }
  std::erase_if(entries_, [&](const auto& entry) { return !served.contains(entry.first.first); });
}

}  // namespace pillion
