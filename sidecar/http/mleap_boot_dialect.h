// What MLeap's spring-boot server spoke, 0.13 to 0.25, in JSON: models by name, leap frames in and
// out, as they are or in an envelope.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/mleap_boot_messages.h"
#include "sidecar/http/plan_cache.h"
#include "sidecar/table/table_format.h"

namespace pillion {

class MleapBootDialect final : public Dialect {
 public:
  MleapBootDialect(const HttpServices& services, PlanCache& plans);

  const std::vector<Route>& routes() const override { return routes_; }
  HttpReply Refuse(unsigned status, std::string_view what) const override;

 private:
  // What is wrong with the request's types; nothing is.
  std::optional<HttpReply> RefuseTypes(const HttpRequest& request) const;
  HttpReply Load(const HttpRequest& request) const;
  HttpReply Unload(const HttpRequest& request) const;
  HttpReply Describe(const HttpRequest& request, bool meta) const;
  HttpReply Transform(const HttpRequest& request);
  HttpReply TransformEnvelope(const HttpRequest& request);
  // A frame of the same form; the error is for the message's member.
  tl::expected<std::string, std::string> Score(const BootTransformRequest& request,
                                               TableFormat format, std::string_view frame);

  const HttpServices& services_;
  PlanCache& plans_;
  std::vector<Route> routes_;
};

}  // namespace pillion
