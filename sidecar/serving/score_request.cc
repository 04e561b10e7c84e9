#include "sidecar/serving/score_request.h"

#include <string>
#include <utility>

#include "schemas/rows/layout_description.h"

namespace pillion {

Result<ModelBinding> ModelBinding::Make(std::shared_ptr<const Plan> plan) {
  const auto make = [](const char* what, const Schema& columns) -> Result<RowLayout> {
    auto layout = RowLayout::Make(columns);
    if (!layout) return Fail(LoadCode::kOverLimit, what, RowProblem(columns));
    return *std::move(layout);
  };
  auto inputs = make("input columns", plan->inputs());
  if (!inputs) return tl::unexpected(std::move(inputs).error());
  auto outputs = make("output columns", plan->outputs());
  if (!outputs) return tl::unexpected(std::move(outputs).error());
  const std::size_t description_bytes =
      EncodeLayoutDescription({0, plan->inputs(), plan->outputs()}).size();
  if (description_bytes > kLayoutDescriptionBytesMax) {
    return Fail(LoadCode::kOverLimit, "columns",
                "their names and types take " + std::to_string(description_bytes) +
                    " bytes, and at most " + std::to_string(kLayoutDescriptionBytesMax) +
                    " can be told to a client; shorter names help");
  }
  return ModelBinding{std::move(plan), std::make_shared<const RowLayout>(*std::move(inputs)),
                      std::make_shared<const RowLayout>(*std::move(outputs))};
}

ScoreWorkspace::ScoreWorkspace(ModelBinding binding)
    : binding_(std::move(binding)),
      engine_(binding_.plan),
      decoder_(*binding_.inputs),
      encoder_(*binding_.outputs),
      arena_(binding_.plan->model().limits().row_bytes_max) {}

std::int32_t ScoreWorkspace::InputColumn(std::string_view name) const noexcept {
  const auto column = binding_.inputs->Find(name);
  return column ? static_cast<std::int32_t>(*column) : kNoColumn;
}

void ScoreWorkspace::Release() noexcept {
  arena_.Reset();
  engine_.Release();
}

ScoreCode ScoreWorkspace::ScoreRow(std::uint32_t row) noexcept {
  arena_.Reset();
  fault_ = {};
  Value* const inputs = binding_.inputs->size() == 0 ? nullptr : &engine_.Input(0);
  ScoreCode code = decoder_.Decode(row, inputs, arena_);
  fault_.place = {row, decoder_.failed_column()};
  if (code == ScoreCode::kTooLarge && arena_.lacks_memory()) return ScoreCode::kNoMemory;
  if (code != ScoreCode::kOk) return code;
  code = engine_.Score();
  if (code != ScoreCode::kOk) BlameStage();
  return code;
}

void ScoreWorkspace::BlameStage() noexcept {
  const Fault& fault = engine_.fault();
  const Stage& stage = binding_.plan->model().stages()[fault.stage];
  fault_.op = stage.op;
  fault_.stage = stage.name;
  fault_.place.column = InputColumn(fault.column);
  // A fault may lie in a column that only stages know.
  if (fault_.place.column == kNoColumn) fault_.column = fault.column;
}

bool ScoreWorkspace::AddAnswer() noexcept {
  return encoder_.Add(
      [this](std::uint32_t i) -> const Value& { return std::as_const(engine_).Output(i); });
}

bool ScoreWorkspace::AnswerRow() noexcept {
  code_ = ScoreRow(0);
  return code_ != ScoreCode::kOk || (encoder_.BeginRow(response_) && AddAnswer());
}

bool ScoreWorkspace::AnswerRowOfBatch(std::uint32_t row) noexcept {
  const ScoreCode code = ScoreRow(row);
  return code == ScoreCode::kOk ? AddAnswer() : encoder_.AddFailure(code, fault_);
}

Scored ScoreWorkspace::End(bool fits) noexcept {
  Release();
  if (!fits) return {ScoreCode::kTooLarge, response_.size() + 1};
  if (code_ == ScoreCode::kOk) return {ScoreCode::kOk, encoder_.bytes()};
  return {code_, EncodeFault(fault_, response_)};
}

std::optional<Scored> BeginRequest(RequestKind kind, std::span<const std::byte> request,
                                   ScoreWorkspace& workspace, std::span<std::byte> response,
                                   TurnClock& clock) noexcept {
  workspace.fault_ = {};
  workspace.response_ = response;
  workspace.code_ = workspace.decoder_.Open(kind, request);
  if (workspace.code_ != ScoreCode::kOk) return workspace.End(true);
  if (kind == RequestKind::kRow) return workspace.End(workspace.AnswerRow());
  workspace.next_row_ = 0;
  if (!workspace.encoder_.BeginBatch(response, workspace.decoder_.row_count())) {
    return workspace.End(false);
  }
  return ContinueRequest(workspace, clock);
}

std::optional<Scored> ContinueRequest(ScoreWorkspace& workspace, TurnClock& clock) noexcept {
  const std::uint32_t count = workspace.decoder_.row_count();
  while (workspace.next_row_ < count) {
    if (!workspace.AnswerRowOfBatch(workspace.next_row_)) return workspace.End(false);
    if (++workspace.next_row_ < count && clock.Passes()) {
      workspace.Release();  // others score meanwhile
      return std::nullopt;
    }
  }
  return workspace.End(true);
}

ScoreCode ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                       ScoreWorkspace& workspace, std::span<std::byte> response,
                       std::size_t* response_bytes) noexcept {
  TurnClock endless = TurnClock::Endless();
  std::optional<Scored> scored = BeginRequest(kind, request, workspace, response, endless);
  while (!scored) scored = ContinueRequest(workspace, endless);
  *response_bytes = scored->response_bytes;
  return scored->code;
}

}  // namespace pillion
