#include "sidecar/models/publisher.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <new>
#include <utility>

#include "sidecar/models/model_events.h"
#include "sidecar/models/path_below.h"
#include "sidecar/models/rfc3339.h"

namespace pillion {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kLookEvery{500};

tl::expected<std::filesystem::path, std::string> PathForCaller(
    const std::filesystem::path& directory, const std::string& path) {
  try {
    return PathBelow(directory, path);
  } catch (const std::bad_alloc&) {
    return tl::unexpected<std::string>("there is no memory for it");
  }
}

// A model that the machine has no memory for is refused like any other that cannot be loaded.
Result<ModelRegistry::Loaded> LoadVersion(const std::filesystem::path& path,
                                          const LoadOptions& options) {
  try {
    return ServedVersion::Load(path, options);
  } catch (const std::bad_alloc&) {
    return Fail(LoadCode::kOverLimit, path.string(), "there is no memory for it");
  }
}

}  // namespace

Publisher::~Publisher() {
  loader_.stop();
  loader_.join();
}

std::optional<Publisher::Newest> Publisher::WantedOf(const std::string& model,
                                                     const FoundVersions& versions) const {
  const auto entry = registry_.FindEntry(model);
  const std::string wanted = entry ? (*entry)->config.publish : std::string();
  if (const auto found = versions.find(wanted); !wanted.empty() && found != versions.end()) {
    return Newest{found->first, found->second};
  }
  if (!wanted.empty() && !(*entry)->published.empty()) return std::nullopt;
  return Newest{versions.rbegin()->first, versions.rbegin()->second};
}

tl::expected<void, std::string> Publisher::LoadDirectory(std::filesystem::path directory) {
  directory_ = std::move(directory);
  auto found = ScanModels(directory_);
  if (!found) return tl::unexpected(found.error());
  for (const auto& [model, versions] : *found) List(model, versions);
  Configure(configs_.Look(directory_, *found, true));
  for (const auto& [model, versions] : *found) {
    const std::optional<Newest> wanted = WantedOf(model, versions);
    if (!wanted) continue;
    const Newest newest = tried_[model] = *wanted;
    Load({model, newest.found.path, newest.version}, {}, [](const auto&) {});
  }
  last_ = std::move(*found);
  return {};
}

void Publisher::Start(asio::io_context& control) {
  control_ = &control;
  Refresh();
  if (directory_.empty()) return;
  look_.emplace(control);
  Wait();
}

void Publisher::Wait() {
  look_->expires_after(kLookEvery);
  look_->async_wait([this](const boost::system::error_code& stopped) {
    if (stopped) return;
    asio::post(loader_, [this] { Look(); });
  });
}

// On the loader's thread: a directory may lie on a network.
void Publisher::Look() {
  std::vector<ModelConfigWatch::Change> configs;
  const auto scan = [&]() -> tl::expected<FoundModels, std::string> {
    try {
      auto found = ScanModels(directory_);
      if (found) configs = configs_.Look(directory_, *found);
      return found;
    } catch (const std::bad_alloc&) {
      return tl::unexpected<std::string>("no memory");
    }
  };
  auto found = scan();
  asio::post(*control_, [this, found = std::move(found), configs = std::move(configs)]() mutable {
    if (found) {
      Configure(std::move(configs));
      Compare(std::move(*found));
      Refresh();
    } else {
      log_.WriteLimited(LogLevel::kWarning, "models_unreadable", {{"reason", found.error()}});
    }
    Wait();
  });
}

void Publisher::Compare(FoundModels found) {
  for (const auto& [model, versions] : found) {
    const auto before = last_.find(model);
    if (before == last_.end() || before->second != versions) {
      List(model, versions);
      continue;  // what is being written now is whole at the next look
    }
    std::optional<Newest> wanted = WantedOf(model, versions);
    Newest& tried = tried_[model];
    if (!wanted || *wanted == tried) continue;
    tried = *std::move(wanted);
    Load({model, tried.found.path, tried.version}, {}, [](const auto&) {});
  }
  last_ = std::move(found);
}

void Publisher::LoadChanged() {
  asio::post(loader_, [this, placed = placed_]() mutable {
    for (Placed& place : placed) place.found = LookAtModel(place.model.path);
    asio::post(*control_, [this, placed = std::move(placed)] {
      std::string changed;
      for (std::size_t i = 0; i < placed.size(); ++i) {
        if (placed[i].found == placed_[i].found) continue;
        changed.append(changed.empty() ? "" : ",").append(placed[i].model.name);
        Load(placed[i].model, {}, [this, i, found = placed[i].found](const auto& version) {
          if (version) placed_[i].found = found;
        });
      }
      log_.Write(LogLevel::kInfo, "models_looked_at", {{"changed", changed}});
    });
  });
}

void Publisher::Configure(std::vector<ModelConfigWatch::Change> changes) {
  for (ModelConfigWatch::Change& change : changes) {
    if (change.config) {
      LogConfig(change.of, *change.config, log_);
    } else {
      const std::string why = change.config.error().Text();
      log_.Write(LogLevel::kError, "model_config_refused",
                 {{"name", change.of.Text()}, {"reason", why}});
    }
    registry_.Configure(change.of, std::move(change.config));
    Forget(change.of.name);
    TellPublished(change.of.name, {});  // its rows may be shared out in another way
  }
}

void Publisher::Refresh() {
  const ModelRegistry::Refreshed refreshed = registry_.Refresh(clock_());
  for (const ModelReference& ageless : refreshed.ageless) {
    const std::string& why =
        (*registry_.FindEntry(ageless.name))->Find(ageless.version)->age_failure;
    log_.Write(LogLevel::kError, "model_config_refused",
               {{"name", ageless.Text()}, {"reason", why}});
  }
  for (const ModelReference& expired : refreshed.expired) Expire(expired);
  LoadLacking();
  for (const std::string& model : refreshed.changed) changed_(model);
}

void Publisher::LoadLacking() {
  for (const ModelArgument& model : registry_.Lacking()) {
    if (!held_.insert(ModelReference{model.name, model.version, {}}.Text()).second) continue;
    LoadThen(model.path, [this, model](Result<ModelRegistry::Loaded> loaded) {
      Hold(model, std::move(loaded));
    });
  }
}

void Publisher::Hold(const ModelArgument& model, Result<ModelRegistry::Loaded> loaded) {
  if (!loaded) return Refused(model, loaded.error().Text());
  held_.erase(ModelReference{model.name, model.version, {}}.Text());
  registry_.Hold(model.name, model.version, *std::move(loaded));
  TellPublished(model.name, {});
}

// What could not be loaded for a configuration may be now.
void Publisher::Forget(const std::string& model) {
  std::erase_if(held_, [&](const std::string& one) { return one.starts_with(model + "@"); });
}

void Publisher::Refused(const ModelArgument& model, const std::string& why) {
  registry_.Fail(model.name, why);
  log_.Write(LogLevel::kError, "model_refused",
             {{"name", model.name}, {"version", model.version}, {"reason", why}});
  changed_(model.name);
}

void Publisher::Expire(const ModelReference& reference) {
  const ModelRegistry::Entry& entry = **registry_.FindEntry(reference.name);
  const ModelRegistry::Version* const version = entry.Find(reference.version);
  if (version == nullptr || version->loaded == nullptr) return;  // another one's expiry took it
  const bool goes_back =
      version->on_expiry == OnExpiry::kPrevious && entry.published == reference.version;
  const std::string valid_until = Rfc3339(*version->valid_until);
  const char* const on_expiry = NameOf(version->on_expiry);
  // Published it may free the version.
  const std::string previous = goes_back ? GoBack(reference.name, reference.version) : "";
  log_.Write(LogLevel::kWarning, "model_expired",
             {{"name", reference.Text()},
              {"valid_until", valid_until},
              {"on_expiry", on_expiry},
              {"goes_back_to", previous}});
}

std::string Publisher::GoBack(const std::string& model, const std::string& version) {
  std::string older = registry_.FreshBefore(model, version, clock_());
  if (older.empty()) return {};
  Promote({model, older, {}}, {}, [this, model, older](const auto& promoted) {
    if (!promoted) GoBack(model, older);
  });
  return older;
}

void Publisher::List(const std::string& model, const FoundVersions& versions) {
  std::map<std::string, std::filesystem::path, VersionLess> paths;
  for (const auto& [version, found] : versions) {
    if (!version.empty()) paths.emplace(version, found.path);
  }
  registry_.List(model, paths);
  Forget(model);
  changed_(model);
}

void Publisher::Load(ModelArgument model, std::string label, Done done) {
  of_callers_.erase(model.name);
  const std::filesystem::path path = model.path;
  LoadThen(path, [this, model = std::move(model), label = std::move(label),
                  done = std::move(done)](Result<ModelRegistry::Loaded> loaded) {
    done(Finish(model, label, std::move(loaded)));
  });
}

void Publisher::LoadThen(const std::filesystem::path& path,
                         std::function<void(Result<ModelRegistry::Loaded>)> then) {
  if (control_ == nullptr) return then(LoadVersion(path, options_));
  asio::post(loader_, [this, path, then = std::move(then)]() mutable {
    auto loaded = LoadVersion(path, options_);
    asio::post(*control_, [then = std::move(then), loaded = std::move(loaded)]() mutable {
      then(std::move(loaded));
    });
  });
}

tl::expected<void, Refusal> Publisher::AllowCaller(const std::string& name) const {
  if (directory_.empty()) {
    return tl::unexpected(Refusal{ScoreCode::kRefused,
                                  "callers may change no models here; start the server with "
                                  "--models DIR, or use pillion ctl"});
  }
  if (registry_.FindEntry(name) && !of_callers_.contains(name)) {
    return tl::unexpected(Refusal{ScoreCode::kRefused, "model '" + name +
                                                           "' was not loaded by a caller; change "
                                                           "it with pillion ctl"});
  }
  return {};
}

void Publisher::LoadForCaller(std::string name, std::string path, Done done) {
  if (auto allowed = AllowCaller(name); !allowed) return done(tl::unexpected(allowed.error()));
  asio::post(loader_, [this, name = std::move(name), path = std::move(path),
                       done = std::move(done)]() mutable {
    auto place = PathForCaller(directory_, path);
    auto loaded = place ? LoadVersion(*place, options_) : Result<ModelRegistry::Loaded>();
    asio::post(*control_, [this, name = std::move(name), place = std::move(place),
                           loaded = std::move(loaded), done = std::move(done)]() mutable {
      if (!place) return done(tl::unexpected(Refusal{ScoreCode::kRefused, place.error()}));
      if (auto allowed = AllowCaller(name); !allowed) return done(tl::unexpected(allowed.error()));
      const bool is_bundle = loaded.has_value();
      auto version = Finish({name, *place}, {}, std::move(loaded));
      if (is_bundle) {
        of_callers_.insert(name);
      } else {
        version.error().code = ScoreCode::kMalformed;
      }
      done(std::move(version));
    });
  });
}

tl::expected<void, Refusal> Publisher::RemoveForCaller(const std::string& name) {
  if (auto allowed = AllowCaller(name); !allowed) return allowed;
  of_callers_.erase(name);
  return Remove({name, {}, {}});
}

tl::expected<std::string, Refusal> Publisher::Finish(const ModelArgument& model,
                                                     const std::string& label,
                                                     Result<ModelRegistry::Loaded> loaded) {
  if (!loaded) {
    const std::string why = loaded.error().Text();
    Refused(model, why);
    return tl::unexpected(Refusal{ScoreCode::kRefused, why});
  }
  return Publish(model.name, model.version, *loaded, label);
}

std::string Publisher::Publish(const std::string& model, const std::string& version,
                               const ModelRegistry::Loaded& loaded, const std::string& label) {
  std::string name = registry_.Publish(model, version, loaded, label);
  LogPublished(ModelReference{model, {}, label}.Text(), name, *loaded, log_);
  TellPublished(model, name);
  Refresh();
  return name;
}

void Publisher::TellPublished(const std::string& model, const std::string& version) {
  changed_(model);
  const bool gone = !registry_.FindEntry(model);
  published_([&](const ModelReference& bound) {
    return bound.name == model && (gone || bound.version.empty() || bound.version == version);
  });
}

void Publisher::Promote(const ModelReference& reference, const std::string& label, Done done) {
  const auto entry = registry_.FindEntry(reference.name);
  if (!entry) return done(tl::unexpected(entry.error()));
  const ModelRegistry::Version* const known = (*entry)->Find(reference.version);
  if (known != nullptr && known->loaded == nullptr) {
    return Load({reference.name, known->path, reference.version}, label, std::move(done));
  }
  const auto loaded = registry_.Find(reference.Text());
  if (!loaded) return done(tl::unexpected(loaded.error()));
  done(Publish(reference.name, *registry_.VersionOf(reference), *loaded, label));
}

tl::expected<std::string, Refusal> Publisher::RollBack(const std::string& model) {
  if (auto back = registry_.RollBack(model); !back) return tl::unexpected(back.error());
  const std::string version = (*registry_.FindEntry(model))->published;
  log_.Write(LogLevel::kWarning, "model_rolled_back", {{"name", model}, {"version", version}});
  TellPublished(model, {});
  Refresh();
  return version;
}

tl::expected<void, Refusal> Publisher::Remove(const ModelReference& reference) {
  if (auto removed = registry_.Remove(reference); !removed) return removed;
  log_.Write(LogLevel::kInfo, "model_removed", {{"name", reference.Text()}});
  TellPublished(reference.name, reference.version);
  return {};
}

}  // namespace pillion
