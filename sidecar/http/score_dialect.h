// Pillion's own dialect: named arguments in, named outputs out, problems as RFC 9457 has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/plan_cache.h"

namespace pillion {

class ScoreDialect final : public Dialect {
 public:
  ScoreDialect(const HttpServices& services, PlanCache& plans);

  const std::vector<Route>& routes() const override { return routes_; }
  HttpReply Refuse(unsigned status, std::string_view what) const override;

 private:
  HttpReply Score(const HttpRequest& request);
  HttpReply List() const;
  HttpReply Certify(const HttpRequest& request) const;
  enum class Form { kSchema, kSample, kOpenApi };
  HttpReply Describe(const HttpRequest& request, Form form);

  PlanCache& plans_;
  std::vector<Route> routes_;
};

}  // namespace pillion
