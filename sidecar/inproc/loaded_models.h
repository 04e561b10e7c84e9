// The models behind an inproc: URL: loaded once, in the caller's process, and bound by any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <tl/expected.hpp>

#include "sidecar/inproc/workspace_pool.h"
#include "sidecar/models/model_registry.h"

namespace pillion {

// A model's columns with what scores their rows. Keeps its version alive.
struct InprocLayout {
  InprocLayout(ModelRegistry::Loaded of, std::shared_ptr<const BoundPlan> bound)
      : version(std::move(of)), plan(std::move(bound)), workspaces(plan->binding) {}

  const ModelRegistry::Loaded version;
  const std::shared_ptr<const BoundPlan> plan;
  WorkspacePool workspaces;
};

class LoadedModels {
 public:
  // A bundle, which is named after its file, or a directory of models (model_directory.h), of each
  // its newest version. kUnknownModel: nothing is there; kRefused: what is there cannot be loaded.
  // Of a directory some model has to load; binding one of the others says why it did not.
  static tl::expected<std::unique_ptr<LoadedModels>, Refusal> Load(
      const std::filesystem::path& path);

  tl::expected<std::unique_ptr<InprocLayout>, Refusal> Bind(const BindRequest& request);
  // "models" and "ready", as a server answers them. kUnsupported: what only a server knows.
  tl::expected<std::string, Refusal> Ask(const AskRequest& request);

 private:
  tl::expected<void, Refusal> LoadDirectory(const std::filesystem::path& directory);

  std::mutex mutex_;  // guards what follows
  ModelRegistry registry_;
};

}  // namespace pillion
