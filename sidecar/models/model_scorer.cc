#include "sidecar/models/model_scorer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sidecar/models/models_json.h"
#include "sidecar/models/shadow_layout.h"
#include "sidecar/models/split_layout.h"
#include "sidecar/serving/score_request.h"

namespace pillion {
namespace {

class ModelLayout final : public BoundLayout {
 public:
  ModelLayout(std::shared_ptr<const BoundPlan> plan, std::uint32_t version)
      : plan_(std::move(plan)), workspace_(plan_->binding), version_(version) {}

  ScoreResult ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                           std::span<std::byte> response, TurnClock& clock) noexcept override {
    return ResultOf(BeginRequest(kind, request, workspace_, response, clock));
  }
  ScoreResult Continue(TurnClock& clock) noexcept override {
    return ResultOf(ContinueRequest(workspace_, clock));
  }

 private:
  ScoreResult ResultOf(const std::optional<Scored>& scored) const noexcept {
    if (!scored) return {.paused = true};
    return {scored->code, version_, scored->response_bytes, false};
  }

  std::shared_ptr<const BoundPlan> plan_;  // keeps it known to those who bind the same
  ScoreWorkspace workspace_;
  std::uint32_t version_;
};

tl::expected<Binding, Refusal> BindVersion(const ServedVersion& version,
                                           const BindRequest& request) {
  const auto bound = version.Bind(request);
  if (!bound) return tl::unexpected(bound.error());
  return Binding{std::make_unique<ModelLayout>(*bound, version.number()),
                 (*bound)->answer_bytes_max, (*bound)->columns};
}

}  // namespace

Result<std::unique_ptr<ModelScorer>> ModelScorer::Load(const std::vector<ModelArgument>& arguments,
                                                       const LoadOptions& options) {
  auto registry = ModelRegistry::Load(arguments, options);
  if (!registry) return tl::unexpected(std::move(registry).error());
  return std::make_unique<ModelScorer>(*std::move(registry));
}

tl::expected<Binding, Refusal> ModelScorer::Bind(const BindRequest& request) {
  const auto version = registry_.Find(request.model);
  if (!version) return tl::unexpected(version.error());
  auto binding = BindVersion(**version, request);
  // Only the name alone is shared out.
  const auto entry = registry_.FindEntry(request.model);
  if (!binding || !entry) return binding;
  if ((*entry)->shadow != nullptr) {
    binding->layout =
        MakeShadowLayout(*(*entry)->shadow, binding->columns.inputs, std::move(binding->layout));
  }
  if ((*entry)->split == nullptr) return binding;
  const std::shared_ptr<const Split>& split = (*entry)->split;
  std::vector<std::unique_ptr<BoundLayout>> arms;
  for (const Split::Arm& arm : split->arms()) {
    const bool rest = &arm == &split->arms().back();
    auto bound = rest || arm.loaded == nullptr ? tl::unexpected(Refusal())
                                               : BindVersion(*arm.loaded, request);
    // An arm whose rows or answers would be others than the client is told is left to the rest.
    const bool same = bound && bound->columns.schema_hash == binding->columns.schema_hash;
    arms.push_back(same ? std::move(bound->layout) : nullptr);
    if (same) {
      binding->answer_bytes_max = std::max(binding->answer_bytes_max, bound->answer_bytes_max);
    }
  }
  binding->layout =
      MakeSplitLayout(split, binding->columns.inputs, std::move(binding->layout), std::move(arms));
  return binding;
}

std::string ModelScorer::ModelsJson() const { return pillion::ModelsJson(registry_); }

}  // namespace pillion
