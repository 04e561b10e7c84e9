// pillion serve: the sidecar itself.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/commands/command.h"
#include "sidecar/commands/files.h"
#include "sidecar/commands/options.h"
#include "sidecar/commands/run_dir.h"
#include "sidecar/commands/sagemaker_environment.h"
#include "sidecar/commands/service_manager.h"
#include "sidecar/http/dialects.h"
#include "sidecar/http/http_server.h"
#include "sidecar/models/model_admin.h"
#include "sidecar/models/model_events.h"
#include "sidecar/models/model_scorer.h"
#include "sidecar/models/served_models.h"
#include "sidecar/transport/event_log.h"
#include "sidecar/transport/open_files.h"
#include "sidecar/transport/server.h"

namespace pillion {
namespace {

struct Options {
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
};

ExitCode Refuse(const std::string& sentence) {
  std::cerr << "pillion serve: " << sentence << '\n';
  return ExitCode::kConfig;
}

tl::expected<std::vector<ListenArgument>, std::string> ParseListen(
    const std::vector<std::string>& texts) {
  std::vector<ListenArgument> listeners;
  for (const std::string& text : texts) {
    auto listener = ListenArgument::Parse(text, DialectNames());
    if (!listener) return tl::unexpected("--listen: " + listener.error());
    listeners.push_back(*std::move(listener));
  }
  return listeners;
}

void LogListeners(const std::vector<ListenArgument>& listeners, EventLog& log) {
  for (const ListenArgument& listener : listeners) {
    std::string dialects;
    for (const std::string& name : listener.dialects) {
      dialects.append(dialects.empty() ? "" : ",").append(name);
    }
    log.Write(LogLevel::kInfo, "http_listening", {{"on", listener.Place()}, {"speak", dialects}});
  }
}

std::string NamesOf(const ModelRegistry& registry) {
  std::string names;
  for (const auto& [name, entry] : registry.entries()) {
    if (!names.empty()) names += ',';
    names += name;
  }
  return names;
}

// From the first moment on: loading may take long, and neither a terminal that goes away nor a log
// that nobody reads any more may end a server.
void SurviveTheTerminal() {
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  // Where a standard stream is closed, its number would go to the next socket, and lines meant for
  // a person into that.
  int fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = dup(fd);
  if (fd >= 0) close(fd);
}

void LogStart(const ModelRegistry& registry, EventLog& log) {
  log.Write(LogLevel::kInfo, "start",
            {{"version", PILLION_VERSION}, {"pid", getpid()}, {"uid", geteuid()}});
  for (const auto& [name, entry] : registry.entries()) {
    const ModelRegistry::Version* const published = entry.Find(entry.published);
    LogPublished(name, entry.published, *published->loaded, log);
  }
}

ExitCode Run(Options options) {
  SurviveTheTerminal();
  if (options.models.empty() && options.models_dir.empty()) {
    AddSageMakerModel(options.models);
  }
  if (options.listen.empty()) AddSageMakerListener(options.listen);
  std::vector<ModelArgument> arguments;
  for (const std::string& text : options.models) {
    auto argument = ModelArgument::Parse(text);
    if (!argument) return Refuse(argument.error());
    arguments.push_back(*std::move(argument));
  }
  const auto listeners = ParseListen(options.listen);
  if (!listeners) {
    std::cerr << "pillion serve: " << listeners.error() << '\n';
    return ExitCode::kUsage;
  }
  if (arguments.empty() && options.models_dir.empty()) {
    std::cerr << "pillion serve: name a MODEL, or a directory of models with --models\n";
    return ExitCode::kUsage;
  }
  auto registry = ModelRegistry::Load(arguments, options.load);
  if (!registry) return Report(registry.error());
  ModelScorer scorer(*std::move(registry));

  EventLog log(STDERR_FILENO, options.log_level);
  LogStart(scorer.registry(), log);
  options.transport.socket_path = SocketPath(options.run_dir);
  options.transport.control_path = ControlPath(options.run_dir);
  options.transport.shared_memory = !options.socket_only;
  options.transport.shared_memory_bytes_max = std::uint64_t{options.shared_memory_mib} << 20;
  options.transport.drain_time_max = std::chrono::milliseconds(options.drain_ms);
  if (const auto reserved = ReserveOpenFiles(options.transport); !reserved) {
    return Refuse(reserved.error());
  }
  std::unique_ptr<Server> server;  // outlives what loads models for it
  Publisher publisher(scorer.registry(), options.load, log);
  if (!options.models_dir.empty()) {
    if (auto loaded = publisher.LoadDirectory(options.models_dir); !loaded) {
      return Refuse("--models " + loaded.error());
    }
  }
  auto created = Server::Create(options.transport, &scorer, log);
  if (!created) return Refuse(created.error());
  server = std::move(*created);
  ServedModels models;
  models.Publish(scorer.registry());
  HttpLimits limits;
  if (!listeners->empty()) {
    limits.connections_max =
        static_cast<std::uint32_t>(ReserveMoreFiles(options.transport, limits.connections_max));
  }
  auto http =
      HttpServer::Create(server->io(), *listeners, models, publisher, limits, 1,
                         [&server](MetricsText& metrics) { server->WriteMetrics(metrics); });
  if (!http) return Refuse(http.error());
  LogListeners(*listeners, log);
  server->OnDrain([&http](std::chrono::milliseconds time_max) { (*http)->Drain(time_max); });
  ModelAdmin admin(publisher);
  server->AnswerOwnerBy(
      [&admin](Question question, const std::vector<std::string>& about, ControlDoor::Reply reply) {
        admin.Answer(question, about, std::move(reply));
      });
  publisher.OnChange([&](const std::string&) {
    models.Publish(scorer.registry());
    (*http)->ModelsChanged();
  });
  publisher.OnPublish([&server](const Publisher::Concerned& concerned) {
    server->Rebind([&concerned](std::string_view text) {
      const auto bound = ModelReference::Parse(text);
      return bound && concerned(*bound);
    });
  });
  publisher.Start(server->io());
  const std::string names = NamesOf(scorer.registry());
  // Whoever reads this may be gone by now; that is no reason not to serve.
  std::cout << "ready " << options.transport.socket_path << " models=" << names << std::endl;
  NotifyServiceManager("READY=1\nSTATUS=serving " + names);
  if (const auto served = server->Run(); !served) {
    std::cerr << "pillion serve: stopped: " << served.error() << '\n';
    return ExitCode::kIo;
  }
  (*http)->Finish();
  return ExitCode::kOk;
}

}  // namespace

CommandRun SetUpServe(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  TransportOptions& transport = options->transport;
  line.Add("MODEL", options->models, "Bundles, each NAME=PATH, NAME@VERSION=PATH or PATH")
      .DefaultIs("those of --models");
  line.Add("--models", options->models_dir,
           "Directory of NAME.zip and NAME/VERSION/bundle.zip, watched: the newest version answers")
      .DefaultIs("none")
      .Env("PILLION_MODELS");
  line.Add("--listen", options->listen,
           "HTTP, each tcp:ADDRESS:PORT=DIALECTS or unix:PATH=DIALECTS, of health, metrics, mleap, "
           "mleap-boot, sagemaker, score")
      .DefaultIs("none")
      .Env("PILLION_LISTEN");
  AddXgboost(line, options->load);
  line.Add("--run-dir", options->run_dir, "Directory of the socket, pillion.sock")
      .Env("PILLION_RUN_DIR");
  line.Add("--workers", transport.workers, "Scoring threads (0: by the CPU allowance)")
      .Between(0, 256)
      .Env("PILLION_WORKERS");
  line.AddChoice("--spin", transport.spin, "How workers wait for requests",
                 {{"adaptive", SpinMode::kAdaptive},
                  {"never", SpinMode::kNever},
                  {"always", SpinMode::kAlways}})
      .Env("PILLION_SPIN");
  line.AddFlag("--socket-only", options->socket_only, "No shared memory")
      .Env("PILLION_SOCKET_ONLY");
  line.Add("--allow-uid", transport.allowed_uids,
           "Users who may connect, beside the server's own and root")
      .DefaultIs("all that the socket's mode lets in")
      .CommaSeparated()
      .Env("PILLION_ALLOW_UID");
  line.Add("--allow-gid", transport.allowed_gids, "Groups whose members may connect")
      .DefaultIs("as above")
      .CommaSeparated()
      .Env("PILLION_ALLOW_GID");
  line.Add("--clients-max", transport.clients_max, "Connections at a time")
      .Between(1, 65536)
      .Env("PILLION_CLIENTS_MAX");
  line.Add("--clients-per-user-max", transport.clients_per_user_max,
           "Connections of one user at a time (0: as many as --clients-max)")
      .Between(0, 65536)
      .Env("PILLION_CLIENTS_PER_USER_MAX");
  line.Add("--shared-memory-max", options->shared_memory_mib,
           "MiB that all clients' rings may take (0: a quarter of what the process may use)")
      .Between(0, 1 << 20)
      .Env("PILLION_SHARED_MEMORY_MAX");
  line.Add("--drain-ms", options->drain_ms, "How long SIGTERM waits for requests under way")
      .Between(0, 600000)
      .Env("PILLION_DRAIN_MS");
  line.AddChoice("--log-level", options->log_level,
                 "What goes to standard error: none, error, warning, info, debug",
                 {{"none", LogLevel::kNone},
                  {"error", LogLevel::kError},
                  {"warning", LogLevel::kWarning},
                  {"info", LogLevel::kInfo},
                  {"debug", LogLevel::kDebug}})
      .Env("PILLION_LOG_LEVEL");
  line.Footer(
      "Loads the models, prints one line once it serves, and answers until SIGTERM or SIGINT, "
      "which\n"
      "let requests under way finish; a second one stops at once. Standard error has one line for\n"
      "each event: docs/operations.md.\n"
      "\n"
      "Examples:\n"
      "  pillion serve house.zip --run-dir /tmp/pillion\n"
      "  pillion serve house=/models/house-lr.zip risk=/models/risk --workers 2\n"
      "  pillion serve --models /models\n"
      "  pillion serve --models /models --listen tcp:127.0.0.1:8080=score,health\n");
  return [options] { return Run(*options); };
}

}  // namespace pillion
