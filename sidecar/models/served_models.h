// What is served as any thread may see it: the registry as it stood after the last change. The
// control thread publishes, others look; what they hold stays as it is.
#pragma once

#include <memory>
#include <mutex>

#include "sidecar/models/model_registry.h"

namespace pillion {

class ServedModels {
 public:
  void Publish(const ModelRegistry& registry) {
    auto now = std::make_shared<const ModelRegistry>(registry);
    const std::lock_guard lock(mutex_);
    now_.swap(now);
  }
  // Never null.
  std::shared_ptr<const ModelRegistry> Now() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }

 private:
  // g++ 12's std::atomic<std::shared_ptr> leaves a load without order against the next store.
  mutable std::mutex mutex_;
  std::shared_ptr<const ModelRegistry> now_ = std::make_shared<const ModelRegistry>();
};

}  // namespace pillion
