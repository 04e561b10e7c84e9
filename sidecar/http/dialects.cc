#include "sidecar/http/dialects.h"

#include "sidecar/http/health_dialect.h"
#include "sidecar/http/metrics_dialect.h"
#include "sidecar/http/mleap_boot_dialect.h"
#include "sidecar/http/mleap_dialect.h"
#include "sidecar/http/sagemaker_dialect.h"
#include "sidecar/http/score_dialect.h"
#include "sidecar/http/v2_dialect.h"

namespace pillion {
namespace {

struct Row {
  std::string_view name;
  std::unique_ptr<Dialect> (*make)(const HttpServices&, PlanCache&);
};

template <typename T>
std::unique_ptr<Dialect> Make(const HttpServices& services, PlanCache& plans) {
  return std::make_unique<T>(services, plans);
}

constexpr Row kRows[] = {
    {"health", &Make<HealthDialect>},
    {"metrics", &Make<MetricsDialect>},
    {"mleap", &Make<MleapDialect>},
    {"mleap-boot", &Make<MleapBootDialect>},
    {"sagemaker", &Make<SageMakerDialect>},
    {"score", &Make<ScoreDialect>},
    {"v2", &Make<V2Dialect>},
};

}  // namespace

std::vector<std::string_view> DialectNames() {
  std::vector<std::string_view> names;
  for (const Row& row : kRows) names.push_back(row.name);
  return names;
}

std::unique_ptr<Dialect> MakeDialect(std::string_view name, const HttpServices& services,
                                     PlanCache& plans) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.make(services, plans);
  }
  return nullptr;
}

}  // namespace pillion
