#include "sidecar/models/shadow_layout.h"

#include <utility>

namespace pillion {
namespace {

class ShadowLayout final : public BoundLayout {
 public:
  ShadowLayout(const Shadow& shadow, std::shared_ptr<ShadowPlan> plan,
               std::unique_ptr<BoundLayout> layout)
      : sampler_(shadow.sample),
        plan_(std::move(plan)),
        thread_(shadow.thread),
        layout_(std::move(layout)) {}

  ScoreResult ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                           std::span<std::byte> response, TurnClock& clock) noexcept override {
    kind_ = kind;
    request_ = request;
    return Sampled(layout_->ScoreRequest(kind, request, response, clock));
  }
  ScoreResult Continue(TurnClock& clock) noexcept override {
    return Sampled(layout_->Continue(clock));
  }

 private:
  ScoreResult Sampled(const ScoreResult& result) noexcept {
    if (result.paused || result.code != ScoreCode::kOk || !sampler_.Next()) return result;
    thread_->Offer(plan_, kind_, request_);
    return result;
  }

  Sampler sampler_;
  const std::shared_ptr<ShadowPlan> plan_;
  const std::shared_ptr<ShadowThread> thread_;
  const std::unique_ptr<BoundLayout> layout_;
  RequestKind kind_ = RequestKind::kRow;
  std::span<const std::byte> request_;  // stays until its answer
};

}  // namespace

std::unique_ptr<BoundLayout> MakeShadowLayout(const Shadow& shadow, const Schema& inputs,
                                              std::unique_ptr<BoundLayout> layout) {
  auto plan = ShadowPlan::Make(shadow, inputs);
  if (plan == nullptr) return layout;
  return std::make_unique<ShadowLayout>(shadow, std::move(plan), std::move(layout));
}

}  // namespace pillion
