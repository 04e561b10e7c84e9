#include "sidecar/models/model_config_watch.h"

#include <utility>

namespace pillion {
namespace {

bool IsThere(const ModelReference& reference, const FoundModels& models) {
  const auto versions = models.find(reference.name);
  if (versions == models.end()) return false;
  return reference.version.empty() || versions->second.contains(reference.version);
}

}  // namespace

std::vector<ModelConfigWatch::Change> ModelConfigWatch::Look(const std::filesystem::path& directory,
                                                             const FoundModels& models,
                                                             bool at_once) {
  std::vector<Change> changes;
  FoundConfigs found = ScanConfigs(directory, models);
  for (const auto& [name, file] : found) {
    const auto before = last_.find(name);
    const bool same = before != last_.end() && before->second == file;
    if (!same && !at_once) continue;  // what is being written now is whole at the next look
    const auto read = read_.find(name);
    if (read != read_.end() && read->second == file) continue;
    read_.insert_or_assign(name, file);
    const ModelReference of = *ModelReference::Parse(name);
    const ConfigOf kind = of.version.empty() ? ConfigOf::kModel : ConfigOf::kVersion;
    changes.push_back({of, ReadModelConfig(file.path, kind)});
  }
  for (auto read = read_.begin(); read != read_.end();) {
    if (found.contains(read->first)) {
      ++read;
      continue;
    }
    const ModelReference reference = *ModelReference::Parse(read->first);
    // What goes on answering without its directory keeps its configuration.
    if (IsThere(reference, models)) changes.push_back({reference, ModelConfig()});
    read = read_.erase(read);
  }
  last_ = std::move(found);
  return changes;
}

}  // namespace pillion
