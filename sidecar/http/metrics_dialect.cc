#include "sidecar/http/metrics_dialect.h"

#include <string>
#include <utility>

namespace pillion {
namespace {

void WriteShadows(const ModelRegistry& registry, MetricsText& metrics) {
  const auto each = [&](auto&& write) {
    for (const auto& [name, entry] : registry.entries()) {
      if (entry.shadow != nullptr) write(name, *entry.shadow);
    }
  };
  metrics.Counter("pillion_shadow_rows_total", "Rows that a version in the shadow had.");
  each([&](const std::string& name, const Shadow& shadow) {
    const ShadowCounts& counts = *shadow.counts;
    for (const auto& [outcome, rows] :
         {std::pair("scored", counts.rows.value()), std::pair("failed", counts.failed.value()),
          std::pair("dropped", counts.dropped.load(std::memory_order_relaxed))}) {
      metrics.Sample(rows, {{"model", name}, {"version", shadow.version}, {"outcome", outcome}});
    }
  });
  metrics.Counter("pillion_shadow_changed_total", "Rows of which it answers another value.");
  each([&](const std::string& name, const Shadow& shadow) {
    for (const auto& column : shadow.counts->columns) {
      metrics.Sample(column->changed.value(),
                     {{"model", name}, {"version", shadow.version}, {"column", column->name}});
    }
  });
  metrics.Histogram("pillion_shadow_difference", "Of its numbers from those that are answered.");
  each([&](const std::string& name, const Shadow& shadow) {
    for (const auto& column : shadow.counts->columns) {
      std::vector<std::uint64_t> counts;
      for (const auto& bucket : column->differences) counts.push_back(bucket.value());
      metrics.Samples(ShadowCounts::kBounds, counts, column->sum.load(std::memory_order_relaxed),
                      {{"model", name}, {"version", shadow.version}, {"column", column->name}});
    }
  });
}

void WriteModels(const ModelRegistry& registry, MetricsText& metrics) {
  const auto published = [&](auto&& write) {
    for (const auto& [name, entry] : registry.entries()) {
      const ModelRegistry::Version* const version = entry.Find(entry.published);
      if (version != nullptr) write(name, entry.published, *version->loaded);
    }
  };
  metrics.Gauge("pillion_model_ready", "1: a version of the model answers, and may.");
  for (const auto& [name, entry] : registry.entries()) {
    metrics.Sample(std::uint64_t{entry.IsReady() ? 1u : 0u}, {{"model", name}});
  }
  metrics.Gauge("pillion_model_load_failed", "1: the last load failed; ctl status says why.");
  for (const auto& [name, entry] : registry.entries()) {
    metrics.Sample(std::uint64_t{entry.failure.empty() ? 0u : 1u}, {{"model", name}});
  }
  metrics.Gauge("pillion_model_config_failed", "1: its model.yaml is wrong; ctl status says why.");
  for (const auto& [name, entry] : registry.entries()) {
    metrics.Sample(std::uint64_t{entry.ConfigFailure().empty() ? 0u : 1u}, {{"model", name}});
  }
  metrics.Gauge("pillion_model_expired", "1: the version that answers should no longer.");
  for (const auto& [name, entry] : registry.entries()) {
    const ModelRegistry::Version* const version = entry.Find(entry.published);
    metrics.Sample(std::uint64_t{version != nullptr && version->expired ? 1u : 0u},
                   {{"model", name}});
  }
  metrics.Gauge("pillion_model_expiry_timestamp_seconds", "Until when the version may answer.");
  for (const auto& [name, entry] : registry.entries()) {
    const ModelRegistry::Version* const version = entry.Find(entry.published);
    if (version == nullptr || !version->valid_until) continue;
    metrics.Sample(static_cast<double>(version->valid_until->time_since_epoch().count()),
                   {{"model", name}, {"version", entry.published}});
  }
  metrics.Counter("pillion_split_rows_total", "Rows that an arm of a split had.");
  for (const auto& [name, entry] : registry.entries()) {
    for (std::size_t i = 0; entry.split != nullptr && i < entry.split->arms().size(); ++i) {
      const Split::Arm& arm = entry.split->arms()[i];
      metrics.Sample(arm.rows->value(),
                     {{"model", name}, {"arm", arm.name}, {"version", arm.version}});
    }
  }
  metrics.Gauge("pillion_model_info", "1; the version that answers.");
  published([&](const std::string& name, const std::string& id, const ServedVersion& version) {
    const std::string sha256 = version.model().content_hash().Hex();
    metrics.Sample(std::uint64_t{1}, {{"model", name}, {"version", id}, {"sha256", sha256}});
  });
  metrics.Gauge("pillion_model_bytes", "Of the bundle, inflated.");
  published([&](const std::string& name, const std::string& id, const ServedVersion& version) {
    metrics.Sample(version.model().bundle_bytes(), {{"model", name}, {"version", id}});
  });
  metrics.Gauge("pillion_model_stages", "Of the pipeline.");
  published([&](const std::string& name, const std::string& id, const ServedVersion& version) {
    metrics.Sample(std::uint64_t{version.model().stages().size()},
                   {{"model", name}, {"version", id}});
  });
}

}  // namespace

MetricsDialect::MetricsDialect(const HttpServices& services, PlanCache&) : services_(services) {
  routes_ = {{"GET", "/metrics", [this](const HttpRequest&) {
                HttpReply reply;
                reply.later = [this](std::function<void(HttpReply)> done) {
                  services_.ask_server([this, done = std::move(done)](MetricsText metrics) {
                    const auto registry = services_.models.Now();
                    WriteModels(*registry, metrics);
                    WriteShadows(*registry, metrics);
                    done({200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()});
                  });
                };
                return reply;
              }}};
}

HttpReply MetricsDialect::Refuse(unsigned status, std::string_view what) const {
  return {status, "text/plain; charset=utf-8", std::string(what) + "\n"};
}

}  // namespace pillion
