#include "sidecar/models/model_registry.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/suggest.h"

namespace pillion {
namespace {

tl::unexpected<Refusal> Unknown(std::string what, std::string_view written, const auto& known) {
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const auto& [name, value] : known) names.emplace_back(name);
  return tl::unexpected(
      Refusal{ScoreCode::kUnknownModel, std::move(what) + DidYouMean(written, names)});
}

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace

const ModelRegistry::Version* ModelRegistry::Entry::Find(std::string_view version) const {
  const auto found = versions.find(version);
  return found == versions.end() ? nullptr : &found->second;
}

bool ModelRegistry::Entry::IsReady() const {
  const Version* const answers = Find(published);
  return answers != nullptr && answers->IsReady();
}

const std::string& ModelRegistry::Entry::ConfigFailure() const {
  if (!config_failure.empty()) return config_failure;
  for (const auto& [id, version] : versions) {
    if (!version.config_failure.empty()) return version.config_failure;
    if (!version.age_failure.empty()) return version.age_failure;
  }
  return config_failure;
}

Result<ModelRegistry> ModelRegistry::Load(const std::vector<ModelArgument>& arguments,
                                          const LoadOptions& options) {
  ModelRegistry registry;
  std::vector<Problem> problems;
  for (const auto& [name, path, version] : arguments) {
    if (registry.entries_.contains(name)) {
      problems.push_back(
          {LoadCode::kBadBundle, path.string(), "the name " + Quoted(name) + " is given twice"});
      continue;
    }
    auto loaded = ServedVersion::Load(path, options);
    if (loaded) {
      registry.Publish(name, version, *std::move(loaded));
    } else {
      for (Problem& problem : loaded.error().problems) problems.push_back(std::move(problem));
    }
  }
  if (!problems.empty()) return tl::unexpected<LoadError>(LoadError(std::move(problems)));
  return registry;
}

void ModelRegistry::List(
    const std::string& name,
    const std::map<std::string, std::filesystem::path, VersionLess>& versions) {
  Entry& entry = entries_[name];
  for (auto& [id, version] : entry.versions) version.listed = versions.contains(id);
  for (const auto& [id, path] : versions) {
    Version& version = entry.versions[id];
    version.path = path;
    version.listed = true;
  }
  Prune(entry);
}

std::string ModelRegistry::Publish(const std::string& name, const std::string& version,
                                   Loaded loaded, const std::string& label) {
  Entry& entry = entries_[name];
  std::string id = version.empty() ? loaded->id() : version;
  Version& version_now = entry.versions[id];
  version_now.path = loaded->path();
  if (version_now.loaded == nullptr || version_now.loaded->number() != loaded->number()) {
    version_now.published_at.reset();
  }
  version_now.loaded = std::move(loaded);
  version_now.expired = false;  // what is published is looked at anew
  entry.failure.clear();
  if (!label.empty()) {
    entry.labels.insert_or_assign(label, id);
  } else if (entry.published != id) {
    entry.previous = std::exchange(entry.published, id);
  }
  Prune(entry);
  return id;
}

void ModelRegistry::Fail(const std::string& name, std::string failure) {
  const auto entry = entries_.find(name);
  if (entry != entries_.end()) entry->second.failure = std::move(failure);
}

tl::expected<void, Refusal> ModelRegistry::RollBack(const std::string& name) {
  const auto found = FindEntry(name);
  if (!found) return tl::unexpected(found.error());
  Entry& entry = entries_.find(name)->second;
  if (entry.previous.empty()) {
    return tl::unexpected(
        Refusal{ScoreCode::kRefused, "no version of " + Quoted(name) + " was published before"});
  }
  std::swap(entry.published, entry.previous);
  entry.versions.at(entry.published).expired = false;
  return {};
}

tl::expected<void, Refusal> ModelRegistry::Remove(const ModelReference& reference) {
  const auto found = FindEntry(reference.name);
  if (!found) return tl::unexpected(found.error());
  const auto place = entries_.find(reference.name);
  Entry& entry = place->second;
  if (!reference.label.empty()) {
    if (entry.labels.erase(reference.label) == 0) {
      return Unknown("no label of '" + reference.name + "' is " + Quoted(reference.label),
                     reference.label, entry.labels);
    }
    Prune(entry);
    return {};
  }
  if (reference.version.empty()) {
    entries_.erase(place);
    return {};
  }
  if (entry.Find(reference.version) == nullptr) {
    return Unknown("no version of '" + reference.name + "' is " + Quoted(reference.version),
                   reference.version, entry.versions);
  }
  if (entry.published == reference.version) {
    return tl::unexpected(
        Refusal{ScoreCode::kRefused,
                Quoted(reference.Text()) + " is published: promote another one first"});
  }
  if (entry.previous == reference.version) entry.previous.clear();
  std::erase_if(entry.labels, [&](const auto& label) { return label.second == reference.version; });
  Prune(entry);
  return {};
}

tl::expected<std::string, Refusal> ModelRegistry::VersionOf(const ModelReference& reference) const {
  const auto entry = FindEntry(reference.name);
  if (!entry) return tl::unexpected(entry.error());
  if (!reference.version.empty()) return reference.version;
  if (!reference.label.empty()) {
    const auto label = (*entry)->labels.find(reference.label);
    if (label != (*entry)->labels.end()) return label->second;
    return Unknown("no label of '" + reference.name + "' is " + Quoted(reference.label),
                   reference.label, (*entry)->labels);
  }
  if (!(*entry)->published.empty()) return (*entry)->published;
  return tl::unexpected(Refusal{ScoreCode::kUnknownModel,
                                "no version of " + Quoted(reference.name) + " is published" +
                                    ((*entry)->failure.empty() ? "" : ": ") + (*entry)->failure});
}

tl::expected<ModelRegistry::Loaded, Refusal> ModelRegistry::Find(std::string_view text) const {
  const auto reference = ModelReference::Parse(text);
  if (!reference) return tl::unexpected(Refusal{ScoreCode::kUnknownModel, reference.error()});
  const auto version = VersionOf(*reference);
  if (!version) return tl::unexpected(version.error());
  const Entry& entry = entries_.find(reference->name)->second;
  const Version* const found = entry.Find(*version);
  if (found == nullptr) {
    return Unknown("no version of '" + reference->name + "' is " + Quoted(*version), *version,
                   entry.versions);
  }
  if (found->loaded == nullptr) {
    return tl::unexpected(
        Refusal{ScoreCode::kUnknownModel, Quoted(reference->Text()) +
                                              " is known and not loaded: give it "
                                              "a label with pillion ctl promote, and name that"});
  }
  return found->loaded;
}

tl::expected<const ModelRegistry::Entry*, Refusal> ModelRegistry::FindEntry(
    std::string_view name) const {
  if (const auto entry = entries_.find(name); entry != entries_.end()) return &entry->second;
  return Unknown("no model is named " + Quoted(name), name, entries_);
}

bool ModelRegistry::Ready() const {
  return std::ranges::all_of(entries_, [](const auto& entry) { return entry.second.IsReady(); });
}

void ModelRegistry::Prune(Entry& entry) {
  for (auto item = entry.versions.begin(); item != entry.versions.end();) {
    auto& [id, version] = *item;
    const auto points = [&id = id](const auto& label) { return label.second == id; };
    const bool used =
        id == entry.published || id == entry.previous || std::ranges::any_of(entry.labels, points);
    if (!used) version.loaded.reset();
    item = used || version.listed ? std::next(item) : entry.versions.erase(item);
  }
}

}  // namespace pillion
