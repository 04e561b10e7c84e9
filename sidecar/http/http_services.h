// What dialects may use of the server. Lives as long as they do.
#pragma once

#include <atomic>

#include "sidecar/models/served_models.h"

namespace pillion {

struct HttpServices {
  const ServedModels& models;
  const std::atomic<bool>& draining;
};

}  // namespace pillion
