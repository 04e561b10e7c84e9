// Loads models on a thread of its own and publishes them on the control thread, when it is told to
// and as a directory changes. Used by the control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/models/model_config_watch.h"
#include "sidecar/models/model_directory.h"
#include "sidecar/models/model_registry.h"
#include "sidecar/models/wall_clock.h"
#include "sidecar/transport/event_log.h"

namespace pillion {

class Publisher {
 public:
  // Both outlive the publisher. `clock`: what versions expire by.
  Publisher(ModelRegistry& registry, LoadOptions options, EventLog& log,
            WallClock clock = SystemTime)
      : registry_(registry), options_(std::move(options)), log_(log), clock_(std::move(clock)) {}
  ~Publisher();  // waits for a load that is under way
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  using Changed = std::function<void(const std::string& model)>;
  // Called whenever something that the registry says of `model` is another than before.
  void OnChange(Changed changed) { changed_ = std::move(changed); }
  // Whether a bind to this may mean another content than before, or none. A version stays what it
  // is for those who have it bound, also where nothing else points at it any more.
  using Concerned = std::function<bool(const ModelReference& bound)>;
  using Published = std::function<void(const Concerned& concerned)>;
  // After that, where there are such.
  void OnPublish(Published published) { published_ = std::move(published); }

  // Publishes the newest version of each model in the directory, before it returns, or, where that
  // has expired and is told to, an older one. What cannot be loaded is logged, and the registry is
  // not Ready() while the model has nothing else. An error is one sentence: the directory cannot be
  // read.
  tl::expected<void, std::string> LoadDirectory(std::filesystem::path directory);
  // A model that the registry has loaded from a place of its own, and what lay there before that.
  struct Placed {
    ModelArgument model;
    std::optional<FoundVersion> found;
  };
  void SetPlaced(std::vector<Placed> placed) { placed_ = std::move(placed); }
  // From here on `control`, whose thread this is, finishes what is loaded later; it outlives the
  // publisher, and runs none of its handlers afterwards. The directory is looked at again and
  // again: a version that is newer than all others, or another content of the newest one, is
  // loaded once it has stayed the same from one look to the next. A model that is no longer there
  // goes on answering. As often it is looked which versions have expired.
  void Start(boost::asio::io_context& control);

  // The version's name, or why it was not loaded. Called once, later.
  using Done = std::function<void(tl::expected<std::string, Refusal>)>;
  // All that follow: after Start(), in the order of the calls.
  // Loads those placed models again where something else lies than when they were loaded last.
  void LoadChanged();
  // Loads, then publishes; with a label, under that alone.
  void Load(ModelArgument model, std::string label, Done done);
  // For callers who are not the owner: the bundle at `path`, below the directory or relative to it.
  // kRefused: it may lie elsewhere, or others than callers have loaded a model of that name.
  // kMalformed: it cannot be loaded.
  void LoadForCaller(std::string name, std::string path, Done done);
  // Takes away what a caller has loaded; otherwise kRefused, or kUnknownModel.
  tl::expected<void, Refusal> RemoveForCaller(const std::string& name);
  // Of a version that is listed or loaded.
  void Promote(const ModelReference& reference, const std::string& label, Done done);
  tl::expected<std::string, Refusal> RollBack(const std::string& model);
  tl::expected<void, Refusal> Remove(const ModelReference& reference);

  const ModelRegistry& registry() const { return registry_; }

 private:
  // The newest version of a model, as it lay there.
  struct Newest {
    std::string version;
    FoundVersion found;

    bool operator==(const Newest&) const = default;
  };
  // The version that is to answer; nothing where model.yaml wants one that is not there.
  std::optional<Newest> WantedOf(const std::string& model, const FoundVersions& versions) const;

  tl::expected<void, Refusal> AllowCaller(const std::string& name) const;
  // On the loader's thread, and then on the control thread; before Start() at once.
  void LoadThen(const std::filesystem::path& path,
                std::function<void(Result<ModelRegistry::Loaded>)> then);
  tl::expected<std::string, Refusal> Finish(const ModelArgument& model, const std::string& label,
                                            Result<ModelRegistry::Loaded> loaded);
  void List(const std::string& model, const FoundVersions& versions);
  void Wait();
  void Look();
  void Compare(FoundModels found);
  void Configure(std::vector<ModelConfigWatch::Change> changes);
  // After each change of what is published, or of its configuration.
  void Refresh();
  // Versions that a configuration points at.
  void LoadLacking();
  void Forget(const std::string& model);
  void Refused(const ModelArgument& model, const std::string& why);
  void Hold(const ModelArgument& model, Result<ModelRegistry::Loaded> loaded);
  void Expire(const ModelReference& version);
  // Publishes a version older than `version` that has not expired, if there is one that can be
  // loaded. Returns what will be tried first; empty: there is none.
  std::string GoBack(const std::string& model, const std::string& version);
  // Returns the version's name.
  std::string Publish(const std::string& model, const std::string& version,
                      const ModelRegistry::Loaded& loaded, const std::string& label);
  // Of pinned versions, `version` may have another content; empty: none has.
  void TellPublished(const std::string& model, const std::string& version);

  boost::asio::io_context* control_ = nullptr;
  ModelRegistry& registry_;
  const LoadOptions options_;
  EventLog& log_;
  const WallClock clock_;
  Changed changed_ = [](const std::string&) {};
  Published published_ = [](const Concerned&) {};
  std::filesystem::path directory_;
  std::optional<boost::asio::steady_timer> look_;
  FoundModels last_;          // look
  ModelConfigWatch configs_;  // the loader's, once Start() was called
  std::vector<Placed> placed_;
  std::map<std::string, Newest> tried_;  // [model]: the last one of the directory
  std::set<std::string> held_;           // "house@3": loaded for a configuration, or could not be
  std::set<std::string> of_callers_;     // models; what the owner loads is no longer theirs
  boost::asio::thread_pool loader_{1};
};

}  // namespace pillion
