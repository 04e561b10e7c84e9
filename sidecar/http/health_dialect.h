// Probes: is the process alive, may it be sent requests, has it started.
#pragma once

#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/plan_cache.h"

namespace pillion {

class HealthDialect final : public Dialect {
 public:
  HealthDialect(const HttpServices& services, PlanCache& plans);

  const std::vector<Route>& routes() const override { return routes_; }
  HttpReply Refuse(unsigned status, std::string_view what) const override;

 private:
  HttpReply Ready(const HttpRequest& request) const;

  const HttpServices& services_;
  std::vector<Route> routes_;
};

}  // namespace pillion
