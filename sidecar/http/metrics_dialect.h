// What Prometheus scrapes: what the control thread says of the server, and what is served.
#pragma once

#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/plan_cache.h"
#include "sidecar/transport/metrics_text.h"

namespace pillion {

class MetricsDialect final : public Dialect {
 public:
  MetricsDialect(const HttpServices& services, PlanCache& plans);

  const std::vector<Route>& routes() const override { return routes_; }
  HttpReply Refuse(unsigned status, std::string_view what) const override;

 private:
  const HttpServices& services_;
  std::vector<Route> routes_;
};

}  // namespace pillion
