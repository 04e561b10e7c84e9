#include "sidecar/models/model_registry.h"

#include <algorithm>
#include <iterator>
#include <system_error>
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

// The version that a name in a configuration means: a label's, or the one of that name.
std::string Meant(const ModelRegistry::Entry& entry, const std::string& name) {
  const auto label = entry.labels.find(name);
  return label == entry.labels.end() ? name : label->second;
}

// Whether its configuration needs the version.
bool PointsAt(const ModelRegistry::Entry& entry, const std::string& version) {
  const auto means = [&](const auto& arm) { return Meant(entry, arm.first) == version; };
  if (entry.config.shadow && Meant(entry, entry.config.shadow->version) == version) return true;
  return entry.config.split && std::ranges::any_of(entry.config.split->arms, means);
}

std::shared_ptr<const Split> MakeSplit(const ModelRegistry::Entry& entry) {
  const auto& config = entry.config.split;
  const ModelRegistry::Version* const published = entry.Find(entry.published);
  if (!config || published == nullptr) return nullptr;
  std::vector<Split::Arm> arms;
  const auto add = [&](const std::string& name, std::uint32_t weight, const std::string& id) {
    Split::Arm& arm = arms.emplace_back();
    arm.name = name;
    arm.weight = weight;
    const ModelRegistry::Version* const version = entry.Find(id);
    if (version == nullptr) {
      arm.failure = "no label or version is called so";
    } else if (version->loaded == nullptr) {
      arm.version = id;
      arm.failure = "version " + Quoted(id) + " is not loaded";
    } else {
      arm.version = id;
      arm.loaded = version->loaded;
    }
    for (const Split::Arm& before : entry.split ? entry.split->arms() : std::vector<Split::Arm>()) {
      if (before.name == name && before.version == arm.version) arm.rows = before.rows;
    }
  };
  std::uint32_t rest = kSplitBuckets;
  for (const auto& [name, weight] : config->arms) {
    add(name, weight, Meant(entry, name));
    rest -= weight;
  }
  add(kSplitRest, rest, entry.published);
  return std::make_shared<const Split>(config->key, config->salt, std::move(arms));
}

}  // namespace

const ModelRegistry::Version* ModelRegistry::Entry::Find(std::string_view version) const {
  const auto found = versions.find(version);
  return found == versions.end() ? nullptr : &found->second;
}

bool ModelRegistry::Entry::IsReady() const {
  const Version* const answers = Find(published);
  return answers != nullptr && answers->IsReady();
}

std::string ModelRegistry::Entry::ConfigFailure() const {
  if (!config_failure.empty()) return config_failure;
  for (const auto& [id, version] : versions) {
    if (!version.config_failure.empty()) return version.config_failure;
    if (!version.age_failure.empty()) return version.age_failure;
  }
  if (!config.publish.empty() && Find(config.publish) == nullptr) {
    return "publish: no version is " + Quoted(config.publish);
  }
  for (std::size_t i = 0; split != nullptr && i < split->arms().size(); ++i) {
    const Split::Arm& arm = split->arms()[i];
    if (!arm.failure.empty()) return "split.arms: " + Quoted(arm.name) + ": " + arm.failure;
  }
  if (shadow != nullptr && !shadow->failure.empty()) return "shadow.version: " + shadow->failure;
  return {};
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
  Settle(entry);
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
  Settle(entry);
  return id;
}

void ModelRegistry::Hold(const std::string& name, const std::string& version, Loaded loaded) {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return;
  const auto place = entry->second.versions.find(version);
  if (place == entry->second.versions.end()) return;
  place->second.loaded = std::move(loaded);
  Settle(entry->second);
}

std::vector<ModelArgument> ModelRegistry::Lacking() const {
  std::vector<ModelArgument> lacking;
  for (const auto& [name, entry] : entries_) {
    for (const auto& [id, version] : entry.versions) {
      if (version.loaded == nullptr && PointsAt(entry, id)) {
        lacking.push_back({name, version.path, id});
      }
    }
  }
  return lacking;
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
  Settle(entry);
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
    Settle(entry);
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
  Settle(entry);
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

void ModelRegistry::Settle(Entry& entry) {
  Prune(entry);
  entry.split = MakeSplit(entry);
  entry.shadow = MakeShadow(entry);
}

std::shared_ptr<const Shadow> ModelRegistry::MakeShadow(const Entry& entry) {
  const auto& config = entry.config.shadow;
  const Version* const published = entry.Find(entry.published);
  if (!config || published == nullptr) return nullptr;
  auto shadow = std::make_shared<Shadow>();
  shadow->sample = config->sample;
  shadow->published = published->loaded;
  const std::string id = Meant(entry, config->version);
  const Version* const version = entry.Find(id);
  std::vector<std::string> columns;
  if (version == nullptr) {
    shadow->failure = "no label or version is called " + Quoted(config->version);
  } else {
    shadow->version = id;
    shadow->loaded = version->loaded;
    if (version->loaded == nullptr) shadow->failure = "version " + Quoted(id) + " is not loaded";
  }
  if (shadow->loaded != nullptr) {
    columns = ComparedColumns(*config, shadow->published->model().outputs(),
                              shadow->loaded->model().outputs());
    if (columns.empty()) {
      shadow->failure = "version " + Quoted(id) + " makes no column to compare";
      shadow->loaded = nullptr;
    }
  }
  if (shadow->loaded != nullptr && shadow_thread_ == nullptr) {
    try {
      shadow_thread_ = std::make_shared<ShadowThread>();
    } catch (const std::system_error& error) {
      shadow->failure = std::string("there can be no thread for it: ") + error.what();
      shadow->loaded = nullptr;
    }
  }
  shadow->thread = shadow_thread_;
  // What was counted of the same two versions goes on.
  const Shadow* const before = entry.shadow.get();
  if (before != nullptr && before->published == shadow->published &&
      before->loaded == shadow->loaded && before->counts->Names() == columns) {
    shadow->counts = before->counts;
  } else {
    shadow->counts = std::make_shared<ShadowCounts>(columns);
  }
  return shadow;
}

void ModelRegistry::Prune(Entry& entry) {
  for (auto item = entry.versions.begin(); item != entry.versions.end();) {
    auto& [id, version] = *item;
    const auto points = [&id = id](const auto& label) { return label.second == id; };
    const bool used = id == entry.published || id == entry.previous ||
                      std::ranges::any_of(entry.labels, points) || PointsAt(entry, id);
    if (!used) version.loaded.reset();
    item = used || version.listed ? std::next(item) : entry.versions.erase(item);
  }
}

}  // namespace pillion
