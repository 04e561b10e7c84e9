// What the log says of a model when it is published, or configured.
#pragma once

#include <string>

#include "sidecar/models/model_config.h"
#include "sidecar/models/model_reference.h"
#include "sidecar/models/served_version.h"
#include "sidecar/transport/event_log.h"

namespace pillion {

// `name`: of the model, with its label where it is published under one alone. `version`: as the
// registry calls it.
void LogPublished(const std::string& name, const std::string& version, const ServedVersion& served,
                  EventLog& log);

// `of`: a model, or one of its versions.
void LogConfig(const ModelReference& of, const ModelConfig& config, EventLog& log);

}  // namespace pillion
