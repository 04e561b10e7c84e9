// Which dialects there are, by name.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/plan_cache.h"

namespace pillion {

std::vector<std::string_view> DialectNames();
// REQUIRES: one of the names. Services and cache outlive it; the cache is its thread's.
std::unique_ptr<Dialect> MakeDialect(std::string_view name, const HttpServices& services,
                                     PlanCache& plans);

}  // namespace pillion
