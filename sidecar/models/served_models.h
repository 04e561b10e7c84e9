// What is served as any thread may see it: the registry as it stood after the last change. The
// control thread publishes, others look; what they hold stays as it is.
#pragma once

#include <atomic>
#include <memory>

#include "sidecar/models/model_registry.h"

namespace pillion {

class ServedModels {
 public:
  void Publish(const ModelRegistry& registry) {
    now_.store(std::make_shared<const ModelRegistry>(registry));
  }
  // Never null.
  std::shared_ptr<const ModelRegistry> Now() const { return now_.load(); }

 private:
  std::atomic<std::shared_ptr<const ModelRegistry>> now_{std::make_shared<const ModelRegistry>()};
};

}  // namespace pillion
