// The models that are served: their versions, which of them answers under a name, where labels
// point. The version that answers, the one that answered before, and those with labels are loaded;
// others are there only as long as a directory lists them. Used by one thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/models/model_argument.h"
#include "sidecar/models/model_config.h"
#include "sidecar/models/model_reference.h"
#include "sidecar/models/served_version.h"

namespace pillion {

class ModelRegistry {
 public:
  using Loaded = std::shared_ptr<const ServedVersion>;
  struct Version {
    std::filesystem::path path;
    Loaded loaded;  // may be null where it is listed
    bool listed = false;
    ModelConfig config;          // of its own
    std::string config_failure;  // what is wrong with its file; empty: nothing
    // All that follow: as Refresh() last found them, of one that is loaded.
    std::optional<std::chrono::sys_seconds> published_at;  // when this content first was
    std::optional<std::chrono::sys_seconds> valid_until;   // none: for ever
    OnExpiry on_expiry = OnExpiry::kWarn;
    bool expired = false;
    std::string age_failure;  // why it is not known until when; empty: it is

    bool IsReady() const { return !expired || on_expiry != OnExpiry::kNotReady; }
  };
  struct Entry {
    std::map<std::string, Version, VersionLess> versions;
    std::string published;                                   // empty: none is yet
    std::string previous;                                    // published before it; empty: none
    std::map<std::string, std::string, std::less<>> labels;  // to versions
    std::string failure;                                     // of the last load; empty: none
    ModelConfig config;
    std::string config_failure;  // what is wrong with its file; empty: nothing
    // How rows of binds to the name alone are shared out; null: they are not.
    std::shared_ptr<const Split> split;
    // What some rows are scored with too; null: nothing.
    std::shared_ptr<const Shadow> shadow;

    const Version* Find(std::string_view version) const;
    // A version answers, and may.
    bool IsReady() const;
    // The first that is wrong with the configuration, of the model or of a version; empty: nothing.
    std::string ConfigFailure() const;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  // Loads and publishes all of them. Errors name the model's argument; two of one name are an
  // error.
  static Result<ModelRegistry> Load(const std::vector<ModelArgument>& arguments,
                                    const LoadOptions& options);

  // What a directory has of a model, by version. What is loaded stays so.
  void List(const std::string& name,
            const std::map<std::string, std::filesystem::path, VersionLess>& versions);
  // The version is loaded, and from the next bind on it answers under the name, or under the name
  // with this label. One that nothing points at any more is freed when nobody has it bound.
  // Returns the version's name: the first digits of its content's hash, where `version` is empty.
  std::string Publish(const std::string& name, const std::string& version, Loaded loaded,
                      const std::string& label = {});
  // A version is loaded that something but the name points at, and that is listed; others are left
  // alone.
  void Hold(const std::string& name, const std::string& version, Loaded loaded);
  // Versions that something points at, and that are listed and not loaded.
  std::vector<ModelArgument> Lacking() const;
  // Why a version could not be loaded, of a model that is there. What is published stays.
  void Fail(const std::string& name, std::string failure);

  // Of a model, or of one of its versions that is listed or loaded; others are left alone. An error
  // leaves what holds.
  void Configure(const ModelReference& reference, Result<ModelConfig> config);

  struct Refreshed {
    std::vector<ModelReference> expired;  // versions that are, and were not at the last look
    std::vector<ModelReference> ageless;  // versions of which there is an age_failure, and was none
    std::vector<std::string> changed;     // models of which entries() say something else
  };
  // Looks which versions may still be used. To be called now and then, and after each change.
  Refreshed Refresh(std::chrono::sys_seconds now);
  // The newest version older than `version` that is not known to have expired by `now`, or else the
  // one that was published before; may not be loaded. Empty: there is none.
  std::string FreshBefore(const std::string& model, const std::string& version,
                          std::chrono::sys_seconds now) const;

  // All that follow: kUnknownModel where there is no such model, version or label.
  // Publishes what was published before.
  tl::expected<void, Refusal> RollBack(const std::string& name);
  // Takes the whole model away, one of its versions (kRefused if it is published), or a label.
  tl::expected<void, Refusal> Remove(const ModelReference& reference);
  tl::expected<Loaded, Refusal> Find(std::string_view reference) const;
  // The version that the reference means; it may not be there.
  tl::expected<std::string, Refusal> VersionOf(const ModelReference& reference) const;

  // Every model answers, with a version that may.
  bool Ready() const;
  const Entries& entries() const { return entries_; }
  tl::expected<const Entry*, Refusal> FindEntry(std::string_view name) const;

 private:
  // Keeps those that something points at loaded, and of the others those that are listed.
  static void Prune(Entry& entry);
  // After each change of an entry.
  void Settle(Entry& entry);
  std::shared_ptr<const Shadow> MakeShadow(const Entry& entry);

  Entries entries_;
  std::shared_ptr<ShadowThread> shadow_thread_;  // null until something is to be shadowed
};

}  // namespace pillion
