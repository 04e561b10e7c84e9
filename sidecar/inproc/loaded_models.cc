#include "sidecar/inproc/loaded_models.h"

#include <utility>

#include "sidecar/models/model_directory.h"
#include "sidecar/models/models_json.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Refusal> Refuse(ScoreCode code, std::string text) {
  return tl::unexpected(Refusal{code, std::move(text)});
}

tl::unexpected<Refusal> RefuseLoad(const LoadError& error) {
  const bool absent = error.problems.front().code == LoadCode::kNotFound;
  return Refuse(absent ? ScoreCode::kUnknownModel : ScoreCode::kRefused, error.Text());
}

bool HoldsModels(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) && !fs::exists(path / "bundle.json", error);
}

}  // namespace

tl::expected<std::unique_ptr<LoadedModels>, Refusal> LoadedModels::Load(const fs::path& path) {
  auto models = std::make_unique<LoadedModels>();
  if (HoldsModels(path)) {
    auto loaded = models->LoadDirectory(path);
    if (!loaded) return tl::unexpected(std::move(loaded).error());
    return models;
  }
  auto argument = ModelArgument::Parse(path.string());
  if (!argument) return Refuse(ScoreCode::kUnknownModel, argument.error());
  auto registry = ModelRegistry::Load({*argument}, {});
  if (!registry) return RefuseLoad(registry.error());
  models->registry_ = *std::move(registry);
  return models;
}

tl::expected<void, Refusal> LoadedModels::LoadDirectory(const fs::path& directory) {
  const auto found = ScanModels(directory);
  if (!found) return Refuse(ScoreCode::kUnknownModel, found.error());
  if (found->empty()) {
    return Refuse(ScoreCode::kUnknownModel,
                  directory.string() +
                      ": no model is there: neither a bundle.json, nor NAME.zip, "
                      "NAME/bundle.json or NAME/VERSION/bundle.zip");
  }
  std::string failures;
  bool any = false;
  for (const auto& [name, versions] : *found) {
    const auto& [version, newest] = *versions.rbegin();
    std::map<std::string, fs::path, VersionLess> paths;
    for (const auto& [other, at] : versions) {
      if (!other.empty()) paths.emplace(other, at.path);
    }
    registry_.List(name, paths);
    auto loaded = ServedVersion::Load(newest.path, {});
    if (loaded) {
      registry_.Publish(name, version, *std::move(loaded));
      any = true;
    } else {
      const std::string why = loaded.error().Text();
      registry_.Fail(name, why);
      failures += (failures.empty() ? "" : "\n") + why;
    }
  }
  if (!any) return Refuse(ScoreCode::kRefused, failures);
  return {};
}

tl::expected<std::unique_ptr<InprocLayout>, Refusal> LoadedModels::Bind(
    const BindRequest& request) {
  const std::lock_guard lock(mutex_);
  auto version = registry_.Find(request.model);
  if (!version) {
    const auto entry = registry_.FindEntry(request.model);
    if (entry && !(*entry)->failure.empty()) {
      return Refuse(version.error().code, (*entry)->failure);
    }
    return tl::unexpected(std::move(version).error());
  }
  auto plan = (*version)->Bind(request);
  if (!plan) return tl::unexpected(std::move(plan).error());
  return std::make_unique<InprocLayout>(*std::move(version), *std::move(plan));
}

tl::expected<std::string, Refusal> LoadedModels::Ask(const AskRequest& request) {
  const std::lock_guard lock(mutex_);
  if (request.question == Question::kModels) return ModelsJson(registry_);
  if (request.question == Question::kReady) {
    if (!registry_.Ready()) return Refuse(ScoreCode::kDraining, R"({"ready":false})");
    return R"({"ready":true})";
  }
  return Refuse(ScoreCode::kUnsupported,
                "an inproc: client has no server: it answers \"models\" and \"ready\" alone; to "
                "serve other models open another client, or run pillion serve");
}

}  // namespace pillion
