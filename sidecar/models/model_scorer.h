// The registry's models behind the transports' seam: a name and outputs are bound to a layout,
// which scores rows with a workspace of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sidecar/models/model_registry.h"
#include "sidecar/serving/scorer.h"

namespace pillion {

class ModelScorer final : public Scorer {
 public:
  explicit ModelScorer(ModelRegistry registry) : registry_(std::move(registry)) {}
  // Of models that are loaded: ModelRegistry::Load().
  static Result<std::unique_ptr<ModelScorer>> Load(const std::vector<ModelArgument>& arguments,
                                                   const LoadOptions& options);

  ModelRegistry& registry() { return registry_; }

  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override;
  bool Ready() const override { return registry_.Ready(); }
  std::string ModelsJson() const override;

 private:
  ModelRegistry registry_;
};

}  // namespace pillion
