// What MLeap's first server spoke, up to 0.12: one model without a name, leap frames in and out. It
// is the one that PUT has loaded, which is served as 'default', or else the only one.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/plan_cache.h"

namespace pillion {

class MleapDialect final : public Dialect {
 public:
  MleapDialect(const HttpServices& services, PlanCache& plans);

  const std::vector<Route>& routes() const override { return routes_; }
  HttpReply Refuse(unsigned status, std::string_view what) const override;

 private:
  // An error is one sentence.
  tl::expected<std::string, std::string> TheModel() const;
  HttpReply DescribeModel() const;
  HttpReply Load(const HttpRequest& request) const;
  HttpReply Unload() const;
  HttpReply RefuseChange(const Refusal& refusal) const;
  HttpReply Transform(const HttpRequest& request);

  const HttpServices& services_;
  PlanCache& plans_;
  std::vector<Route> routes_;
};

}  // namespace pillion
