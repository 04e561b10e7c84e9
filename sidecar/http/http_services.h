// What dialects may use of the server. Lives as long as they do.
#pragma once

#include <atomic>
#include <functional>

#include "sidecar/models/publisher.h"
#include "sidecar/models/served_models.h"
#include "sidecar/transport/metrics_text.h"

namespace pillion {

struct HttpServices {
  const ServedModels& models;
  const std::atomic<bool>& draining;
  // Calls `take`, once, on the control thread, with what the server says of itself.
  std::function<void(std::function<void(MetricsText)> take)> ask_server;
  // Calls `change`, once, on the control thread.
  std::function<void(std::function<void(Publisher&)> change)> ask_publisher;
};

}  // namespace pillion
