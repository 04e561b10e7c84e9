#include "sidecar/models/model_events.h"

#include "sidecar/transport/options.h"

namespace pillion {

void LogPublished(const std::string& name, const std::string& version, const ServedVersion& served,
                  EventLog& log) {
  const Model& model = served.model();
  log.Write(LogLevel::kInfo, "model",
            {{"name", name},
             {"published", version},
             {"version", served.number()},
             {"content_sha256", model.content_hash().Hex()},
             {"input_columns", model.inputs().size()},
             {"output_columns", model.outputs().size()},
             {"stages", model.stages().size()},
             {"bundle_bytes", model.bundle_bytes()},
             {"row_bytes_min", served.row_bytes_min()},
             {"path", served.path().string()}});
  for (const std::string& warning : model.warnings()) {
    log.Write(LogLevel::kWarning, "model_warning", {{"name", name}, {"text", warning}});
  }
  const std::size_t slot_bytes_max = TransportOptions().geometry_max.request_payload_bytes_max();
  if (served.row_bytes_min() <= slot_bytes_max) return;
  log.Write(LogLevel::kWarning, "rows_by_socket",
            {{"name", name},
             {"row_bytes_min", served.row_bytes_min()},
             {"slot_bytes_max", slot_bytes_max}});
}

void LogConfig(const ModelReference& of, const ModelConfig& config, EventLog& log) {
  std::string split;
  if (config.split) {
    split = config.split->key;
    for (const auto& [arm, weight] : config.split->arms) {
      split += "," + arm + "=" + std::to_string(weight);
    }
  }
  log.Write(LogLevel::kInfo, "model_config",
            {{"name", of.Text()},
             {"valid_until", config.valid_until ? config.valid_until->Text() : ""},
             {"on_expiry", config.on_expiry ? NameOf(*config.on_expiry) : ""},
             {"publish", config.publish},
             {"split", split},
             {"shadow", config.shadow ? config.shadow->version : ""}});
}

}  // namespace pillion
