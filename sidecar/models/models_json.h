// What is served, as JSON: an array with an object for each model.
#pragma once

#include <string>

#include "sidecar/models/model_registry.h"

namespace pillion {

std::string ModelsJson(const ModelRegistry& registry);
// Of one model alone. `name` is one of the registry's.
std::string ModelJson(const std::string& name, const ModelRegistry::Entry& entry);

}  // namespace pillion
