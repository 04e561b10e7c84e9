#include "sidecar/models/served_version.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace pillion {
namespace {

std::uint32_t NumberOf(const ContentHash& hash) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof(number); ++i) number = number << 8 | hash.bytes[i];
  return number == 0 ? 1 : number;
}

// Not of both lists in one: where the first ends must count too.
std::uint64_t HashOf(const Schema& inputs, const Schema& outputs) {
  return std::rotl(HashSchema(inputs), 1) ^ HashSchema(outputs);
}

// Its golden rows, where it has any, must hold.
Result<std::optional<Certificate>> CertifyBy(const std::filesystem::path& path,
                                             const std::shared_ptr<const Model>& model) {
  std::optional<GoldenRows> golden;
  std::optional<Certificate> certificate;
  PILLION_ASSIGN(golden, FindGoldenRows(path, *model));
  if (!golden) return certificate;
  PILLION_ASSIGN(certificate, Certify(model, *golden));
  if (!certificate->Holds()) {
    return Fail(LoadCode::kBadBundle, certificate->place, certificate->FirstMiss());
  }
  return certificate;
}

}  // namespace

Result<std::shared_ptr<const ServedVersion>> ServedVersion::Load(std::filesystem::path path,
                                                                 const LoadOptions& options) {
  auto model = Model::Load(path, options);
  if (!model) return tl::unexpected(std::move(model).error());
  // Says of columns that no row can carry now, not to the first client. Where not all outputs can
  // be had at once, a client names some.
  if (const auto plan = (*model)->Bind({})) {
    auto binding = ModelBinding::Make(*plan);
    if (!binding) return tl::unexpected(std::move(binding).error().In(path.string()));
  }
  std::optional<Certificate> certificate;
  PILLION_ASSIGN(certificate, CertifyBy(path, *model));
  return std::shared_ptr<const ServedVersion>(
      new ServedVersion(std::move(path), *std::move(model), std::move(certificate)));
}

ServedVersion::ServedVersion(std::filesystem::path path, std::shared_ptr<const Model> model,
                             std::optional<Certificate> certificate)
    : path_(std::move(path)),
      model_(std::move(model)),
      number_(NumberOf(model_->content_hash())),
      certificate_(std::move(certificate)) {
  if (const auto rows = RowLayout::Make(model_->inputs())) {
    row_bytes_min_ = rows->empty_row().size();
  }
}

tl::expected<std::shared_ptr<const BoundPlan>, Refusal> ServedVersion::Bind(
    const BindRequest& request) const {
  const auto refuse = [](ScoreCode code, std::string text) {
    return tl::unexpected<Refusal>({code, std::move(text)});
  };
  const BindRequest columns{{}, request.outputs, request.absent};
  std::vector<std::byte> key = EncodeBind(columns);
  if (const auto known = plans_.find(key); known != plans_.end()) {
    if (auto plan = known->second.lock()) return plan;
  }
  Model::BindOptions options;
  if (!request.outputs.empty()) options.outputs = request.outputs;
  options.absent = request.absent;
  const auto plan = model_->Bind(options);
  if (!plan) return refuse(ScoreCode::kUnknownColumn, plan.error().Text());
  Result<ModelBinding> binding = ModelBinding::Make(*plan);
  if (!binding) return refuse(ScoreCode::kUnsupported, binding.error().Text());
  BoundPlan bound;
  bound.columns = {HashOf((*plan)->inputs(), (*plan)->outputs()), (*plan)->inputs(),
                   (*plan)->outputs()};
  bound.answer_bytes_max = AnswerBytesMax(*binding->outputs).value_or(kAnswerBytesUnbounded);
  bound.binding = *std::move(binding);
  auto shared = std::make_shared<const BoundPlan>(std::move(bound));
  std::erase_if(plans_, [](const auto& entry) { return entry.second.expired(); });
  plans_.insert_or_assign(std::move(key), shared);
  return shared;
}

std::vector<RowRemover> ServedVersion::RowRemovers() const {
  std::vector<RowRemover> removers;
  for (const Stage& stage : model_->stages()) {
    if (!stage.operation.may_skip) continue;
    for (const std::string& column : stage.input_columns) {
      const bool is_input = std::ranges::any_of(
          model_->inputs(), [&](const Field& input) { return input.name == column; });
      if (is_input) removers.push_back({column, stage.op, stage.name});
    }
  }
  return removers;
}

}  // namespace pillion
