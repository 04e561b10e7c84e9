// Models as a directory holds them:
//   DIR/<name>.zip                                           one version, called by its content
//   DIR/<name>/ with a bundle in it                          the same
//   DIR/<name>/<version>/{bundle.zip, bundle/, a bundle}     several
// What begins with a dot is left out, so that a Kubernetes volume's ..data is, and a file that is
// still being written under such a name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "sidecar/models/model_reference.h"

namespace pillion {

// A bundle as it lies there. Two that compare equal are taken for the same content: file or
// directory, its size and when it was changed.
struct FoundVersion {
  std::filesystem::path path;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t changed_ns = 0;

  bool operator==(const FoundVersion&) const = default;
};

// [version] of a model; the key is empty where the content names it.
using FoundVersions = std::map<std::string, FoundVersion, VersionLess>;
using FoundModels = std::map<std::string, FoundVersions>;  // [name]

// What lies at `path`, links followed. None: it cannot be looked at, or a directory holds no
// bundle.
std::optional<FoundVersion> LookAtModel(const std::filesystem::path& path);

// The files model.yaml of the models, by whose they are:
//   DIR/<name>/model.yaml                "<name>"
//   DIR/<name>/<version>/model.yaml      "<name>@<version>"
using FoundConfigs = std::map<std::string, FoundVersion>;
FoundConfigs ScanConfigs(const std::filesystem::path& directory, const FoundModels& models);

// An error is one sentence with the path. What is no model is left out, and what cannot be read.
tl::expected<FoundModels, std::string> ScanModels(const std::filesystem::path& directory);

}  // namespace pillion
