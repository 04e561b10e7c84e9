// The part of a client that has the engine in its own process: no connection, no keeper, one
// generation for its life.
#include <utility>

#include "client/core/client_core.h"

namespace pillion {
namespace {

constexpr std::uint32_t kOnlyGeneration = 1;
constexpr std::uint16_t kAnyLayout = 1;  // that the model is bound

}  // namespace

tl::expected<void, Failure> ClientCore::UseEngine() {
  auto engine = Engine::Open(endpoint_.path);
  if (!engine) return tl::unexpected(std::move(engine).error());
  engine_ = *std::move(engine);
  generation_.store(kOnlyGeneration, std::memory_order_release);
  transport_.store(Transport::kInProcess, std::memory_order_release);
  return {};
}

tl::expected<std::shared_ptr<BoundModel>, Failure> ClientCore::BindInProcess(BindRequest request) {
  auto bound = engine_->Bind(request);
  if (!bound) return tl::unexpected(std::move(bound).error());
  auto model = std::make_shared<BoundModel>(std::move(request), std::move(bound->columns),
                                            bound->answer_bytes_max);
  if (!model->valid()) {
    return tl::unexpected(Failure{ScoreCode::kTooLarge, "the model has too many columns"});
  }
  model->SetInProcess(std::move(bound->layout));
  model->SetLayout({kOnlyGeneration, kAnyLayout, ScoreCode::kOk});
  return model;
}

ScoreCode ClientCore::ScoreInProcess(const BoundModel& model, const Prepared& call,
                                     std::span<const std::byte> request, AnswerBuffer* answer) {
  const ScoreCode code =
      call.now_ns >= call.head.deadline_ns
          ? answer->Fail(ScoreCode::kDeadline)
          : model.in_process()->Score(call.head.kind, request, call.head.deadline_ns, answer);
  engine_->Count(code);
  return code;
}

}  // namespace pillion
