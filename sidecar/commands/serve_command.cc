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
#include "sidecar/commands/sagemaker_environment.h"
#include "sidecar/commands/serve_options.h"
#include "sidecar/commands/service_manager.h"
#include "sidecar/config/config_text.h"
#include "sidecar/http/dialects.h"
#include "sidecar/http/http_server.h"
#include "sidecar/models/model_admin.h"
#include "sidecar/models/model_events.h"
#include "sidecar/models/model_scorer.h"
#include "sidecar/models/served_models.h"
#include "sidecar/transport/event_log.h"
#include "sidecar/transport/open_files.h"
#include "sidecar/transport/peer_credentials.h"
#include "sidecar/transport/server.h"

namespace pillion {
namespace {

ExitCode Refuse(const std::string& sentence) {
  std::cerr << "pillion serve: " << sentence << '\n';
  return ExitCode::kConfig;
}

ExitCode CheckAccess(const ServeOptions& options) {
  const auto access =
      AccessList::Make(options.transport.allowed_uids, options.transport.allowed_gids);
  if (!access) return Refuse(access.error());
  std::cout << "ok\n";
  return ExitCode::kOk;
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

// Reads the configuration again and takes over what can change while the server runs; where
// anything is wrong with it, all stays as it is.
class Reloader {
 public:
  Reloader(const CommandLine& line, Server& server, EventLog& log)
      : line_(line), server_(server), log_(log), settings_(line.settings()) {}

  void Reload() {
    ServeOptions options;
    auto settings = line_.ReadAgain([&](CommandLine& line) { DeclareServe(line, options); });
    if (!settings) return Refused(settings.error().Text());
    std::string changed;
    std::string waiting;
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      const Setting& setting = (*settings)[i];
      if (setting.values == settings_[i].values) continue;
      std::string& keys = setting.while_running ? changed : waiting;
      keys.append(keys.empty() ? "" : ",").append(setting.key);
    }
    if (auto taken = server_.Change(options.Transport()); !taken) return Refused(taken.error());
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      if ((*settings)[i].while_running) settings_[i] = std::move((*settings)[i]);
    }
    log_.Write(LogLevel::kInfo, "config_read",
               {{"file", line_.config_file()}, {"changed", changed}, {"at_restart", waiting}});
    log_.set_level(options.log_level);
  }

 private:
  void Refused(std::string_view reason) {
    log_.Write(LogLevel::kError, "config_refused",
               {{"file", line_.config_file()}, {"reason", reason}});
  }

  const CommandLine& line_;
  Server& server_;
  EventLog& log_;
  Settings settings_;  // in force
};

ExitCode Serve(ServeOptions options, const CommandLine& line) {
  if (options.config_schema) {
    std::cout << ConfigSchema(line.settings());
    return ExitCode::kOk;
  }
  if (options.print_config) {
    std::cout << ConfigText(line.config_file(), line.settings());
    return ExitCode::kOk;
  }
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
  if (options.check_config) return CheckAccess(options);
  std::vector<Publisher::Placed> placed;
  for (const ModelArgument& model : arguments) placed.push_back({model, LookAtModel(model.path)});
  auto registry = ModelRegistry::Load(arguments, options.load);
  if (!registry) return Report(registry.error());
  ModelScorer scorer(*std::move(registry));

  EventLog log(STDERR_FILENO, options.log_level);
  LogStart(scorer.registry(), log);
  const TransportOptions transport = options.Transport();
  if (const auto reserved = ReserveOpenFiles(transport); !reserved) {
    return Refuse(reserved.error());
  }
  std::unique_ptr<Server> server;  // outlives what loads models for it
  Publisher publisher(scorer.registry(), options.load, log);
  publisher.SetPlaced(std::move(placed));
  if (!options.models_dir.empty()) {
    if (auto loaded = publisher.LoadDirectory(options.models_dir); !loaded) {
      return Refuse("--models " + loaded.error());
    }
  }
  auto created = Server::Create(transport, &scorer, log);
  if (!created) return Refuse(created.error());
  server = std::move(*created);
  ServedModels models;
  models.Publish(scorer.registry());
  HttpLimits limits = options.Http();
  if (!listeners->empty()) {
    limits.connections_max =
        static_cast<std::uint32_t>(ReserveMoreFiles(transport, limits.connections_max));
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
  Reloader reloader(line, *server, log);
  server->OnHangUp([&] {
    if (!line.config_file().empty()) reloader.Reload();
    publisher.LoadChanged();
  });
  publisher.Start(server->io());
  const std::string names = NamesOf(scorer.registry());
  // Whoever reads this may be gone by now; that is no reason not to serve.
  std::cout << "ready " << transport.socket_path << " models=" << names << std::endl;
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
  const auto options = std::make_shared<ServeOptions>();
  DeclareServe(line, *options);
  line.Footer(
      "Loads the models, prints one line once it serves, and answers until SIGTERM or SIGINT, "
      "which\n"
      "let requests under way finish; a second one stops at once. SIGHUP reads the file of "
      "--config\n"
      "again, and each MODEL that has another content than when it was loaded. Standard error has\n"
      "one line for each event: docs/operations.md.\n"
      "\n"
      "Examples:\n"
      "  pillion serve house.zip --run-dir /tmp/pillion\n"
      "  pillion serve house=/models/house-lr.zip risk=/models/risk --workers 2\n"
      "  pillion serve --models /models\n"
      "  pillion serve --models /models --listen tcp:127.0.0.1:8080=score,health\n"
      "  pillion serve -c pillion.yaml\n");
  return [options, &line] { return Serve(*options, line); };
}

}  // namespace pillion
