#include "sidecar/models/model_registry.h"

#include <utility>

#include "base/suggest.h"

namespace pillion {

Result<ModelRegistry> ModelRegistry::Load(const std::vector<ModelArgument>& arguments,
                                          const LoadOptions& options) {
  ModelRegistry registry;
  std::vector<Problem> problems;
  for (const auto& [name, path] : arguments) {
    if (name.empty() || registry.models_.contains(name)) {
      problems.push_back(
          {LoadCode::kBadBundle, path.string(), "the name '" + name + "' is empty or given twice"});
      continue;
    }
    auto version = ServedVersion::Load(path, options);
    if (version) {
      registry.Publish(name, *std::move(version));
    } else {
      for (Problem& problem : version.error().problems) problems.push_back(std::move(problem));
    }
  }
  if (!problems.empty()) return tl::unexpected<LoadError>(LoadError(std::move(problems)));
  return registry;
}

void ModelRegistry::Publish(const std::string& name, std::shared_ptr<const ServedVersion> version) {
  models_.insert_or_assign(name, std::move(version));
}

bool ModelRegistry::Remove(std::string_view name) {
  const auto model = models_.find(name);
  if (model == models_.end()) return false;
  models_.erase(model);
  return true;
}

tl::expected<std::shared_ptr<const ServedVersion>, Refusal> ModelRegistry::Find(
    std::string_view name) const {
  if (const auto model = models_.find(name); model != models_.end()) return model->second;
  std::vector<std::string_view> names;
  for (const auto& [known, version] : models_) names.emplace_back(known);
  return tl::unexpected(
      Refusal{ScoreCode::kUnknownModel,
              "no model is named '" + std::string(name) + "'" + DidYouMean(name, names)});
}

}  // namespace pillion
