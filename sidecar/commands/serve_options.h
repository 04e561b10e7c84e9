// What can be said to `pillion serve`, on its command line, by the environment and in its
// configuration file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/load_options.h"
#include "sidecar/commands/run_dir.h"
#include "sidecar/http/http_limits.h"
#include "sidecar/transport/event_log.h"
#include "sidecar/transport/options.h"

namespace pillion {

class CommandLine;

struct ServeOptions {
  std::vector<std::string> models;
  std::string models_dir;
  std::vector<std::string> listen;
  LoadOptions load;
  std::string run_dir = kDefaultRunDir;
  TransportOptions transport;
  bool socket_only = false;
  std::uint32_t shared_memory_mib = 0;
  int drain_ms = 1500;
  LogLevel log_level = LogLevel::kInfo;
  std::uint32_t http_body_bytes = static_cast<std::uint32_t>(HttpLimits{}.body_bytes_max);
  std::uint32_t http_header_bytes = HttpLimits{}.header_bytes_max;
  int http_request_ms = static_cast<int>(HttpLimits{}.request_time_max.count());
  int http_idle_ms = static_cast<int>(HttpLimits{}.idle_time_max.count());
  std::uint32_t http_connections = HttpLimits{}.connections_max;
  bool check_config = false;
  bool print_config = false;
  bool config_schema = false;

  // With what stands beside it in the units of the command line.
  TransportOptions Transport() const;
  HttpLimits Http() const;
};

// Declares them; `options` holds the defaults and must live as long as the line.
void DeclareServe(CommandLine& line, ServeOptions& options);

}  // namespace pillion
