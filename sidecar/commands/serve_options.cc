#include "sidecar/commands/serve_options.h"

#include <chrono>

#include "sidecar/commands/command_line.h"
#include "sidecar/commands/options.h"
#include "sidecar/http/dialects.h"

namespace pillion {
namespace {

using std::chrono::milliseconds;

void DeclareModels(CommandLine& line, ServeOptions& options) {
  line.Add("MODEL", options.models, "Bundles, each NAME=PATH, NAME@VERSION=PATH or PATH")
      .DefaultIs("those of --models")
      .Key("bundles");
  line.Add("--models", options.models_dir,
           "Directory of NAME.zip and NAME/VERSION/bundle.zip, watched: the newest version answers")
      .DefaultIs("none")
      .Env("PILLION_MODELS")
      .Key("models");
  line.Add("--listen", options.listen,
           "HTTP, each tcp:ADDRESS:PORT=DIALECTS or unix:PATH=DIALECTS, of health, metrics, mleap, "
           "mleap-boot, sagemaker, score, v2")
      .DefaultIs("none")
      .Repeated()
      .Env("PILLION_LISTEN")
      .Key("listen")
      .Items("on", "speak", DialectNames());
  AddXgboost(line, options.load);
}

void DeclareAccess(CommandLine& line, ServeOptions& options) {
  TransportOptions& transport = options.transport;
  line.Add("--allow-uid", transport.allowed_uids,
           "Users who may connect, beside the server's own and root")
      .DefaultIs("all that the socket's mode lets in")
      .CommaSeparated()
      .Env("PILLION_ALLOW_UID")
      .Key("access.uids")
      .WhileRunning();
  line.Add("--allow-gid", transport.allowed_gids, "Groups whose members may connect")
      .DefaultIs("as above")
      .CommaSeparated()
      .Env("PILLION_ALLOW_GID")
      .Key("access.gids")
      .WhileRunning();
  line.Add("--clients-max", transport.clients_max, "Connections at a time")
      .Between(1, 65536)
      .Env("PILLION_CLIENTS_MAX")
      .Key("limits.clients")
      .WhileRunning();
  line.Add("--clients-per-user-max", transport.clients_per_user_max,
           "Connections of one user at a time (0: as many as --clients-max)")
      .Between(0, 65536)
      .Env("PILLION_CLIENTS_PER_USER_MAX")
      .Key("limits.clients_per_user")
      .WhileRunning();
  line.Add("--shared-memory-max", options.shared_memory_mib,
           "MiB that all clients' rings may take (0: a quarter of what the process may use)")
      .Between(0, 1 << 20)
      .Env("PILLION_SHARED_MEMORY_MAX")
      .Key("limits.shared_memory_mib");
}

void DeclareHttp(CommandLine& line, ServeOptions& options) {
  line.Add("--http-body-max", options.http_body_bytes, "Bytes of an HTTP request's body")
      .Between(1024, 1 << 30)
      .Env("PILLION_HTTP_BODY_MAX")
      .Key("http.body_bytes");
  line.Add("--http-header-max", options.http_header_bytes, "Bytes of an HTTP request's header")
      .Between(1024, 1 << 20)
      .Env("PILLION_HTTP_HEADER_MAX")
      .Key("http.header_bytes");
  line.Add("--http-request-ms", options.http_request_ms,
           "From an HTTP request's first byte to its last")
      .Between(1, 3'600'000)
      .Env("PILLION_HTTP_REQUEST_MS")
      .Key("http.request_ms");
  line.Add("--http-idle-ms", options.http_idle_ms, "Between the requests of an HTTP connection")
      .Between(1, 3'600'000)
      .Env("PILLION_HTTP_IDLE_MS")
      .Key("http.idle_ms");
  line.Add("--http-connections-max", options.http_connections,
           "HTTP connections at a time, fewer where the limit of open files is low")
      .Between(1, 65536)
      .Env("PILLION_HTTP_CONNECTIONS_MAX")
      .Key("http.connections");
}

}  // namespace

TransportOptions ServeOptions::Transport() const {
  TransportOptions all = transport;
  all.socket_path = SocketPath(run_dir);
  all.control_path = ControlPath(run_dir);
  all.shared_memory = !socket_only;
  all.shared_memory_bytes_max = std::uint64_t{shared_memory_mib} << 20;
  all.drain_time_max = milliseconds(drain_ms);
  return all;
}

HttpLimits ServeOptions::Http() const {
  HttpLimits limits;
  limits.body_bytes_max = http_body_bytes;
  limits.header_bytes_max = http_header_bytes;
  limits.request_time_max = milliseconds(http_request_ms);
  limits.idle_time_max = milliseconds(http_idle_ms);
  limits.connections_max = http_connections;
  return limits;
}

void DeclareServe(CommandLine& line, ServeOptions& options) {
  TransportOptions& transport = options.transport;
  DeclareModels(line, options);
  line.AddConfig("-c,--config", "YAML file of these options by other names: docs/configuration.md")
      .DefaultIs("none")
      .Env("PILLION_CONFIG");
  line.Add("--run-dir", options.run_dir, "Directory of the socket, pillion.sock")
      .Env("PILLION_RUN_DIR")
      .Key("run_dir");
  line.Add("--workers", transport.workers, "Scoring threads (0: by the CPU allowance)")
      .Between(0, 256)
      .Env("PILLION_WORKERS")
      .Key("workers");
  line.AddChoice("--spin", transport.spin, "How workers wait for requests",
                 {{"adaptive", SpinMode::kAdaptive},
                  {"never", SpinMode::kNever},
                  {"always", SpinMode::kAlways}})
      .Env("PILLION_SPIN")
      .Key("spin");
  line.AddFlag("--socket-only", options.socket_only, "No shared memory")
      .Env("PILLION_SOCKET_ONLY")
      .Key("socket_only");
  DeclareAccess(line, options);
  DeclareHttp(line, options);
  line.Add("--drain-ms", options.drain_ms, "How long SIGTERM waits for requests under way")
      .Between(0, 600000)
      .Env("PILLION_DRAIN_MS")
      .Key("drain_ms")
      .WhileRunning();
  line.AddChoice("--log-level", options.log_level,
                 "What goes to standard error: none, error, warning, info, debug",
                 {{"none", LogLevel::kNone},
                  {"error", LogLevel::kError},
                  {"warning", LogLevel::kWarning},
                  {"info", LogLevel::kInfo},
                  {"debug", LogLevel::kDebug}})
      .Env("PILLION_LOG_LEVEL")
      .Key("log.level")
      .WhileRunning();
  line.AddFlag("--check-config", options.check_config,
               "Looks at all of these, says what is wrong, and ends");
  line.AddFlag("--print-config", options.print_config,
               "Prints what would be in force and where it was said, as a file for -c, and ends");
  line.AddFlag("--config-schema", options.config_schema,
               "Prints the JSON Schema of files for -c, and ends");
}

}  // namespace pillion
