// A dialect is what one kind of client expects of paths, bodies and statuses: a table of routes,
// and a form of its own for refusals. One instance a thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/http/http_message.h"

namespace pillion {

struct Route {
  std::string_view method;
  std::string_view path;  // "/models/{name}/schema"
  std::function<HttpReply(const HttpRequest&)> answer;
};

class Dialect {
 public:
  virtual ~Dialect() = default;

  // GET answers HEAD too.
  virtual const std::vector<Route>& routes() const = 0;
  // What is wrong before a route has the request. `what` is one sentence.
  virtual HttpReply Refuse(unsigned status, std::string_view what) const = 0;
};

using Dialects = std::vector<std::unique_ptr<Dialect>>;

// Finds the route and takes its answer. A path of no route is 404, one of other methods 405 with
// Allow, in the form of the dialect that it is nearest to: the one that knows the path, or the
// first. An exception in a route is 500. What is no UTF-8 outside of the body is 400.
HttpReply Answer(const Dialects& dialects, HttpRequest request);

}  // namespace pillion
