// The models that are served: their versions, which of them answers under a name, where labels
// point. The version that answers, the one that answered before, and those with labels are loaded;
// others are there only as long as a directory lists them. Used by one thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/models/model_argument.h"
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
  };
  struct Entry {
    std::map<std::string, Version, VersionLess> versions;
    std::string published;                                   // empty: none is yet
    std::string previous;                                    // published before it; empty: none
    std::map<std::string, std::string, std::less<>> labels;  // to versions
    std::string failure;                                     // of the last load; empty: none

    const Version* Find(std::string_view version) const;
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
  // Why a version could not be loaded, of a model that is there. What is published stays.
  void Fail(const std::string& name, std::string failure);

  // All that follow: kUnknownModel where there is no such model, version or label.
  // Publishes what was published before.
  tl::expected<void, Refusal> RollBack(const std::string& name);
  // Takes the whole model away, one of its versions (kRefused if it is published), or a label.
  tl::expected<void, Refusal> Remove(const ModelReference& reference);
  tl::expected<Loaded, Refusal> Find(std::string_view reference) const;
  // The version that the reference means; it may not be there.
  tl::expected<std::string, Refusal> VersionOf(const ModelReference& reference) const;

  // Every model answers.
  bool Ready() const;
  const Entries& entries() const { return entries_; }
  tl::expected<const Entry*, Refusal> FindEntry(std::string_view name) const;

 private:
  // Keeps those that something points at loaded, and of the others those that are listed.
  static void Prune(Entry& entry);

  Entries entries_;
};

}  // namespace pillion
