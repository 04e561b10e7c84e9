#include "sidecar/models/model_scorer.h"

#include <optional>
#include <utility>

#include "sidecar/serving/score_request.h"
#include "sidecar/table/json_text.h"

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
  const auto bound = (*version)->Bind(request);
  if (!bound) return tl::unexpected(bound.error());
  return Binding{std::make_unique<ModelLayout>(*bound, (*version)->number()),
                 (*bound)->answer_bytes_max, (*bound)->columns};
}

std::string ModelScorer::ModelsJson() const {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  json.BeginArray();
  for (const auto& [name, version] : registry_.models()) {
    const Model& model = version->model();
    json.Element();
    json.BeginObject();
    json.Key("name");
    json.String(name);
    json.Key("version");
    json.Number(std::int64_t{version->number()});
    json.Key("path");
    json.String(version->path().string());
    json.Key("content_sha256");
    json.String(model.content_hash().Hex());
    json.Key("input_columns");
    json.Number(static_cast<std::int64_t>(model.inputs().size()));
    json.Key("output_columns");
    json.Number(static_cast<std::int64_t>(model.outputs().size()));
    json.Key("stages");
    json.Number(static_cast<std::int64_t>(model.stages().size()));
    json.Key("optional_inputs");
    json.BeginArray();
    for (const std::string& input : model.OptionalInputs()) {
      json.Element();
      json.String(input);
    }
    json.EndArray();
    json.Key("row_removers");
    json.BeginArray();
    for (const ServedVersion::Remover& remover : version->Removers()) {
      json.Element();
      json.BeginObject();
      json.Key("column");
      json.String(remover.column);
      json.Key("op");
      json.String(remover.op);
      json.Key("name");
      json.String(remover.name);
      json.EndObject();
    }
    json.EndArray();
    json.Key("bundle_bytes");
    json.Number(static_cast<std::int64_t>(model.bundle_bytes()));
    json.Key("row_bytes_min");
    json.Number(static_cast<std::int64_t>(version->row_bytes_min()));
    json.EndObject();
  }
  json.EndArray();
  return text;
}

}  // namespace pillion
