#include "sidecar/models/model_directory.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/model.h"
#include "sidecar/models/model_config.h"
#include "sidecar/models/model_names.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;

// Whether `name` can be a model's or a version's.
bool IsName(const std::string& name) {
  return !name.starts_with('.') && ModelReference::Parse(name).has_value() &&
         name.find_first_of("@:") == std::string::npos;
}

// Whatever else lies there, such as golden rows and notes, is no model.
bool IsModel(const fs::path& path) {
  const fs::path extension = path.extension();
  if (std::ranges::find(kModelExtensions, extension) == std::end(kModelExtensions)) return false;
  return extension == ".zip" || Model::IsModelFile(path);
}

std::optional<FoundVersion> LookInVersion(const fs::path& directory) {
  for (const std::string_view name : kModelNames) {
    if (auto found = LookAtModel(directory / name)) return found;
  }
  return LookAtModel(directory);
}

std::vector<fs::path> List(const fs::path& directory, std::error_code& error) {
  std::vector<fs::path> paths;
  fs::directory_iterator entries(directory, error);
  if (error) return paths;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (error) break;
    paths.push_back(entries->path());
  }
  return paths;
}

FoundVersions LookInModel(const fs::path& directory) {
  FoundVersions versions;
  if (auto whole = LookAtModel(directory)) {
    versions.emplace("", *std::move(whole));
    return versions;
  }
  std::error_code ignored;
  for (const fs::path& path : List(directory, ignored)) {
    const std::string version = path.filename().string();
    if (!IsName(version) || !fs::is_directory(path, ignored)) continue;
    if (auto found = LookInVersion(path)) versions.emplace(version, *std::move(found));
  }
  return versions;
}

}  // namespace

// Of a bundle's directory, its bundle.json says when it was changed.
std::optional<FoundVersion> LookAtModel(const fs::path& path) {
  struct stat at {};
  if (stat(path.c_str(), &at) != 0) return std::nullopt;
  if (S_ISDIR(at.st_mode) && stat((path / "bundle.json").c_str(), &at) != 0) return std::nullopt;
  return FoundVersion{path, at.st_ino, static_cast<std::uint64_t>(at.st_size),
                      std::int64_t{at.st_mtim.tv_sec} * 1'000'000'000 + at.st_mtim.tv_nsec};
}

FoundConfigs ScanConfigs(const fs::path& directory, const FoundModels& models) {
  FoundConfigs configs;
  const auto look = [&](const ModelReference& reference, const fs::path& place) {
    std::error_code ignored;
    const fs::path path = place / kModelConfigName;
    if (!fs::is_regular_file(path, ignored)) return;
    if (auto found = LookAtModel(path)) configs.emplace(reference.Text(), *std::move(found));
  };
  for (const auto& [name, versions] : models) {
    look({name, {}, {}}, directory / name);
    for (const auto& [version, found] : versions) {
      if (!version.empty()) look({name, version, {}}, directory / name / version);
    }
  }
  return configs;
}

tl::expected<FoundModels, std::string> ScanModels(const fs::path& directory) {
  std::error_code error;
  const std::vector<fs::path> paths = List(directory, error);
  if (error) return tl::unexpected(directory.string() + ": " + error.message());
  FoundModels models;
  for (const fs::path& path : paths) {
    const bool is_directory = fs::is_directory(path, error);
    const std::string name = (is_directory ? path.filename() : path.stem()).string();
    if (!IsName(name)) continue;
    if (is_directory) {
      FoundVersions versions = LookInModel(path);
      if (!versions.empty()) models[name].merge(versions);
    } else if (IsModel(path)) {
      if (auto found = LookAtModel(path)) models[name].emplace("", *std::move(found));
    }
  }
  return models;
}

}  // namespace pillion
