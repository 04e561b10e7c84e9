// What a client does where the server goes over to a version of a model with other columns: on the
// keeper's thread the model is bound again, as a successor with columns of its own. Programs hold
// rows, answers and indexes of the old columns, so they are told before they see the new ones.
#include <algorithm>

#include "client/core/client_core.h"

namespace pillion {

void ClientCore::SchemaChanged(const BoundModel* model) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(changed_, model) != changed_.end()) return;
    changed_.push_back(model);
  }
  WakeKeeper();
}

void ClientCore::BindChangedAgain(const Session& session) {
  std::vector<std::shared_ptr<BoundModel>> changed;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<BoundModel>& weak : models_) {
      auto model = weak.lock();
      if (std::ranges::find(changed_, model.get()) != changed_.end()) {
        changed.push_back(std::move(model));
      }
    }
    changed_.clear();
  }
  for (const std::shared_ptr<BoundModel>& model : changed) {
    if (model->successor() != nullptr) continue;
    const std::uint64_t deadline_ns = DeadlineAfter(MonotonicNs(), options_.connect_ns_max);
    const auto bound = BindOn(session, model->request(), deadline_ns);
    if (!bound) continue;  // the next call asks again
    if ((*bound)->schema_hash() == model->schema_hash()) {
      // The old columns came back meanwhile, and the layout with them.
      Unbind(session, (*bound)->layout());
      continue;
    }
    GrowFor(**bound, deadline_ns);
    Unbind(session, Succeed(model, *bound));
  }
}

LayoutOnConnection ClientCore::Succeed(const std::shared_ptr<BoundModel>& model,
                                       std::shared_ptr<BoundModel> successor) {
  const std::lock_guard lock(mutex_);
  if (model->freed()) return successor->layout();
  const LayoutOnConnection oldest = model->before();
  model->SetBefore({});
  successor->SetBefore(model->layout());
  std::erase_if(models_, [](const std::weak_ptr<BoundModel>& m) { return m.expired(); });
  models_.push_back(successor);
  const std::uint32_t generation = successor->layout().generation;
  model->SetSuccessor(std::move(successor));
  model->SetLayout({generation, 0, ScoreCode::kSchemaChanged});
  return oldest;
}

LayoutOnConnection ClientCore::Move(const BoundModel& bound, BoundModel* model) {
  const std::lock_guard lock(mutex_);
  if (model->freed()) return bound.layout();
  model->SetLayout(bound.layout());
  return {};
}

}  // namespace pillion
