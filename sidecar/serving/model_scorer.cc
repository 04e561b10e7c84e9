#include "sidecar/serving/model_scorer.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/suggest.h"
#include "sidecar/serving/score_request.h"
#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

class ModelLayout final : public BoundLayout {
 public:
  ModelLayout(ModelBinding binding, std::uint32_t version)
      : workspace_(std::move(binding)), version_(version) {}

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

  ScoreWorkspace workspace_;
  std::uint32_t version_;
};

// The first eight hexadecimal digits of the content's hash, as a number. Not 0.
std::uint32_t VersionOf(const ContentHash& hash) {
  std::uint32_t version = 0;
  for (std::size_t i = 0; i < sizeof(version); ++i) version = version << 8 | hash.bytes[i];
  return version == 0 ? 1 : version;
}

template <typename Map>
std::vector<std::string_view> Names(const Map& map) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

// Not of both lists in one: where the first ends must count too.
std::uint64_t HashOf(const Schema& inputs, const Schema& outputs) {
  return std::rotl(HashSchema(inputs), 1) ^ HashSchema(outputs);
}

std::vector<ModelFacts::Remover> RemoversOf(const Model& model) {
  std::vector<ModelFacts::Remover> removers;
  for (const Stage& stage : model.stages()) {
    if (!stage.operation.may_skip) continue;
    for (const std::string& column : stage.input_columns) {
      const bool is_input = std::any_of(model.inputs().begin(), model.inputs().end(),
                                        [&](const Field& input) { return input.name == column; });
      if (is_input) removers.push_back({column, stage.op, stage.name});
    }
  }
  return removers;
}

// Says of columns that no row can carry now, not to the first client.
Result<std::shared_ptr<const Model>> LoadServable(const std::filesystem::path& path,
                                                  const LoadOptions& options) {
  auto model = Model::Load(path, options);
  if (!model) return model;
  // Where not all outputs can be had at once, a client names some.
  if (const auto plan = (*model)->Bind({})) {
    auto binding = ModelBinding::Make(*plan);
    if (!binding) return tl::unexpected(std::move(binding).error().In(path.string()));
  }
  return model;
}

}  // namespace

ModelArgument ModelArgument::Parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos && text.find('/') > equals) {
    return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  }
  std::filesystem::path path(text);
  if (path.filename().empty()) path = path.parent_path();  // "models/house/"
  return {path.stem().string(), path};
}

Result<std::unique_ptr<ModelScorer>> ModelScorer::Load(const std::vector<ModelArgument>& arguments,
                                                       const LoadOptions& options) {
  auto scorer = std::make_unique<ModelScorer>();
  std::vector<Problem> problems;
  for (const ModelArgument& argument : arguments) {
    if (argument.name.empty() || scorer->models_.contains(argument.name)) {
      problems.push_back({LoadCode::kBadBundle, argument.path.string(),
                          "the name '" + argument.name + "' is empty or given twice"});
      continue;
    }
    auto model = LoadServable(argument.path, options);
    if (!model) {
      for (Problem& problem : model.error().problems) problems.push_back(std::move(problem));
      continue;
    }
    const std::uint32_t version = VersionOf((*model)->content_hash());
    const auto rows = RowLayout::Make((*model)->inputs());
    const std::size_t row_bytes_min = rows ? rows->empty_row().size() : 0;
    scorer->models_.emplace(argument.name,
                            ServedModel{argument.path, version, *std::move(model), row_bytes_min});
  }
  if (!problems.empty()) return tl::unexpected<LoadError>(LoadError(std::move(problems)));
  return scorer;
}

tl::expected<Binding, Refusal> ModelScorer::Bind(const BindRequest& request) {
  const auto refuse = [](ScoreCode code, std::string text) {
    return tl::unexpected<Refusal>({code, std::move(text)});
  };
  const auto it = models_.find(request.model);
  if (it == models_.end()) {
    return refuse(ScoreCode::kUnknownModel, "no model is named '" + request.model + "'" +
                                                DidYouMean(request.model, Names(models_)));
  }
  const ServedModel& served = it->second;
  Model::BindOptions options;
  if (!request.outputs.empty()) options.outputs = request.outputs;
  options.absent = request.absent;
  const auto plan = served.model->Bind(options);
  if (!plan) return refuse(ScoreCode::kUnknownColumn, plan.error().Text());
  Result<ModelBinding> binding = ModelBinding::Make(*plan);
  if (!binding) return refuse(ScoreCode::kUnsupported, binding.error().Text());
  Binding bound;
  bound.columns = {HashOf((*plan)->inputs(), (*plan)->outputs()), (*plan)->inputs(),
                   (*plan)->outputs()};
  bound.answer_bytes_max = AnswerBytesMax(*binding->outputs).value_or(kAnswerBytesUnbounded);
  bound.layout = std::make_unique<ModelLayout>(*std::move(binding), served.version);
  return bound;
}

std::vector<ModelFacts> ModelScorer::Facts() const {
  std::vector<ModelFacts> facts;
  for (const auto& [name, served] : models_) {
    facts.push_back({name, served.version, served.path.string(), served.model->content_hash().Hex(),
                     served.model->inputs().size(), served.model->outputs().size(),
                     served.model->stages().size(), served.model->bundle_bytes(),
                     served.row_bytes_min, served.model->OptionalInputs(),
                     RemoversOf(*served.model), served.model->warnings()});
  }
  return facts;
}

std::string ModelScorer::ModelsJson() const {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  json.BeginArray();
  for (const ModelFacts& model : Facts()) {
    json.Element();
    json.BeginObject();
    json.Key("name");
    json.String(model.name);
    json.Key("version");
    json.Number(std::int64_t{model.version});
    json.Key("path");
    json.String(model.path);
    json.Key("content_sha256");
    json.String(model.content_sha256);
    json.Key("input_columns");
    json.Number(static_cast<std::int64_t>(model.input_columns));
    json.Key("output_columns");
    json.Number(static_cast<std::int64_t>(model.output_columns));
    json.Key("stages");
    json.Number(static_cast<std::int64_t>(model.stages));
    json.Key("optional_inputs");
    json.BeginArray();
    for (const std::string& input : model.optional_inputs) {
      json.Element();
      json.String(input);
    }
    json.EndArray();
    json.Key("row_removers");
    json.BeginArray();
    for (const ModelFacts::Remover& remover : model.removers) {
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
    json.Number(static_cast<std::int64_t>(model.bundle_bytes));
    json.Key("row_bytes_min");
    json.Number(static_cast<std::int64_t>(model.row_bytes_min));
    json.EndObject();
  }
  json.EndArray();
  return text;
}

}  // namespace pillion
