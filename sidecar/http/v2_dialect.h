// The Open Inference Protocol, version 2, over HTTP, as KServe, Triton and MLServer speak it, with
// Triton's extensions for binary tensors, statistics and the repository.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/http/dialect.h"
#include "sidecar/http/http_services.h"
#include "sidecar/http/plan_cache.h"
#include "sidecar/http/v2_request.h"
#include "sidecar/http/v2_statistics.h"

namespace pillion {

class V2Dialect final : public Dialect {
 public:
  V2Dialect(const HttpServices& services, PlanCache& plans);

  const std::vector<Route>& routes() const override { return routes_; }
  HttpReply Refuse(unsigned status, std::string_view what) const override;

 private:
  struct Answers;

  HttpReply Ready() const;
  HttpReply ModelReady(const HttpRequest& request) const;
  HttpReply DescribeServer() const;
  HttpReply DescribeModel(const HttpRequest& request) const;
  HttpReply Infer(const HttpRequest& request);
  tl::expected<Answers, std::string> Score(RowScorer& scorer, const V2Request& request) const;
  HttpReply Statistics(const HttpRequest& request) const;
  HttpReply Index(const HttpRequest& request) const;
  HttpReply LoadModel(const HttpRequest& request) const;
  HttpReply UnloadModel(const HttpRequest& request) const;

  const HttpServices& services_;
  PlanCache& plans_;
  V2Statistics statistics_;
  std::vector<Route> routes_;
};

}  // namespace pillion
