#include "sidecar/http/health_dialect.h"

#include <string>

namespace pillion {
namespace {

HttpReply Plain(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

HttpReply Alive(const HttpRequest&) { return Plain(200, "ok"); }

}  // namespace

HealthDialect::HealthDialect(const HttpServices& services, PlanCache&) : services_(services) {
  const auto ready = [this](const HttpRequest& request) { return Ready(request); };
  // A server listens once each of its models was loaded or refused, so whoever answers has started.
  routes_ = {{"GET", "/livez", &Alive},
             {"GET", "/startupz", &Alive},
             {"GET", "/readyz", ready},
             {"GET", "/healthz", ready},
             {"GET", "/ping", ready},
             {"GET", "/v2/health/live", &Alive},
             {"GET", "/v2/health/ready", ready},
             {"GET", "/actuator/health", [this](const HttpRequest& request) {
                HttpReply reply = Ready(request);
                reply.content_type = "application/vnd.spring-boot.actuator.v3+json";
                reply.body =
                    reply.status == 200 ? R"({"status":"UP"})" : R"({"status":"OUT_OF_SERVICE"})";
                return reply;
              }}};
}

HttpReply HealthDialect::Ready(const HttpRequest& request) const {
  if (services_.draining.load(std::memory_order_relaxed)) return Plain(503, "draining");
  const auto registry = services_.models.Now();
  const bool verbose = request.query == "verbose";
  std::string missing;
  std::string expired;
  std::string all;
  const auto add = [](std::string& list, const std::string& name) {
    list += (list.empty() ? "" : ", ") + name;
  };
  for (const auto& [name, entry] : registry->entries()) {
    const ModelRegistry::Version* const version = entry.Find(entry.published);
    const std::string answers =
        name + (version == nullptr ? " has no version" : "@" + entry.published);
    all += "\n" + answers + (version != nullptr && version->expired ? " has expired" : "");
    if (version == nullptr) {
      add(missing, name);
    } else if (!version->IsReady()) {
      add(expired, answers);
    }
  }
  std::string text;
  if (!missing.empty()) add(text, "not loaded: " + missing);
  if (!expired.empty()) add(text, "expired: " + expired);
  const unsigned status = text.empty() ? 200 : 503;
  if (text.empty()) text = "ok";
  return Plain(status, verbose ? text + all : text);
}

HttpReply HealthDialect::Refuse(unsigned status, std::string_view what) const {
  return Plain(status, std::string(what));
}

}  // namespace pillion
