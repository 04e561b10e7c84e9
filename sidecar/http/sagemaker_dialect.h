// What Amazon SageMaker asks of a container with one model, answered as AWS's container for MLeap
// does: one output, as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/plan_cache.h"
#include "sidecar/http/sagemaker_schema.h"

namespace pillion {

class SageMakerDialect final : public Dialect {
 public:
  // Reads SAGEMAKER_SPARKML_SCHEMA and SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT.
  SageMakerDialect(const HttpServices& services, PlanCache& plans);

  const std::vector<Route>& routes() const override { return routes_; }
  HttpReply Refuse(unsigned status, std::string_view what) const override;

 private:
  enum class Form { kCsv, kLines, kText };

  HttpReply Ping() const;
  HttpReply Invoke(const HttpRequest& request);
  tl::expected<Form, std::string> FormOf(const HttpRequest& request) const;
  tl::expected<SageMakerSchema, std::string> SchemaFor(const PlanCache::Found& found) const;
  // Texts of the output, one a row.
  tl::expected<std::vector<std::string>, std::string> Score(const PlanCache::Found& found,
                                                            const HttpRequest& request, Form form);

  const HttpServices& services_;
  PlanCache& plans_;
  const std::string environment_schema_;
  const std::string environment_accept_;
  std::vector<Route> routes_;
};

}  // namespace pillion
