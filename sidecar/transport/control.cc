// The control thread's part of the server: binds and questions, as they come from workers, and what
// it says of itself.
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <exception>
#include <fstream>
#include <new>
#include <numeric>

#include "base/memory_reserve.h"
#include "sidecar/table/json_text.h"
#include "sidecar/transport/server.h"

namespace pillion {
namespace {

std::uint64_t ResidentBytes() {
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void AppendCodes(const CodeCounts& counts, JsonText& json) {
  json.BeginObject();
  for (std::size_t code = 0; code < counts.size(); ++code) {
    if (counts[code] == 0) continue;
    json.Key(Name(static_cast<ScoreCode>(code)));
    json.Number(static_cast<std::int64_t>(counts[code]));
  }
  json.EndObject();
}

// Takes the place of one whose model changed too much.
class ClosedLayout final : public BoundLayout {
 public:
  explicit ClosedLayout(ScoreCode code) : code_(code) {}

  ScoreResult ScoreRequest(RequestKind, std::span<const std::byte>, std::span<std::byte>,
                           TurnClock&) noexcept override {
    return {code_};
  }

 private:
  ScoreCode code_;
};

std::string Joined(const auto& ids) {
  std::string text;
  for (const auto id : ids) text.append(text.empty() ? "" : ",").append(std::to_string(id));
  return text;
}

std::string Octal(mode_t mode) {
  std::string text;
  for (const int shift : {9, 6, 3, 0}) text += static_cast<char>('0' + ((mode >> shift) & 7));
  return text;
}

}  // namespace

void Server::Submit(ControlRequest request) {
  boost::asio::post(io_, [this, request = std::move(request)] { Answer(request); });
}

void Server::Answer(const ControlRequest& request) {
  try {
    if (request.type == MessageType::kBind) return AnswerBind(request);
    if (request.type == MessageType::kAttach) return AnswerAttach(request);
    const Told told = AnswerQuestion(request.body);
    Reply(request, told.type, told.code, told.text);
  } catch (const std::bad_alloc&) {
    Refuse(request, ScoreCode::kNoMemory, Describe(ScoreCode::kNoMemory));
  } catch (const std::exception& error) {
    Refuse(request, ScoreCode::kInternal, error.what());
  }
}

void Server::Refuse(const ControlRequest& request, ScoreCode code, std::string_view why) {
  try {
    if (request.type != MessageType::kAttach) {
      return Reply(request, MessageType::kError, code, why);
    }
    // The peer must hear that its ring is no longer being made.
    workers_[request.worker]->Post(
        InstallRing{request.peer, request.tag, tl::unexpected<Refusal>({code, std::string(why)})});
  } catch (const std::bad_alloc&) {
    workers_[request.worker]->Post(CutOff{request.peer});  // the mailbox has room for that
  }
}

void Server::AnswerBind(const ControlRequest& request) {
  const std::optional<BindRequest> bind = DecodeBind(request.body);
  const std::string_view model = bind ? std::string_view(bind->model) : "";
  const auto refuse = [&](ScoreCode code, std::string_view why) {
    LogBind(request, model, why);
    Refuse(request, code, why);
  };
  if (!MemoryReserve::held()) return refuse(ScoreCode::kNoMemory, Describe(ScoreCode::kNoMemory));
  if (draining_) return refuse(ScoreCode::kDraining, "the server is stopping");
  if (!bind) return refuse(ScoreCode::kMalformed, "BIND is malformed");
  auto binding = scorer_->Bind(*bind);
  if (!binding) return refuse(binding.error().code, binding.error().text);
  if (EncodeLayoutDescription(binding->columns).size() >
      options_.message_bytes_max - sizeof(BoundBody)) {
    return refuse(ScoreCode::kTooLarge, "the layout is too large");
  }
  LogBind(request, model, "");
  HeldLayout held{std::move(binding->layout), model_counts_.Of(model, request.worker),
                  ledger_.Add({request.worker, request.peer, *bind, binding->columns.schema_hash})};
  workers_[request.worker]->Post(
      InstallLayout{request.peer,
                    {request.tag, std::move(binding->columns), binding->answer_bytes_max},
                    std::move(held)});
}

std::unique_ptr<BoundLayout> Server::BindAgain(const LayoutLedger::Holding& holding) {
  auto binding = scorer_->Bind(holding.request);
  if (binding && binding->columns.schema_hash == holding.schema_hash) {
    return std::move(binding->layout);
  }
  const bool gone = !binding && binding.error().code == ScoreCode::kUnknownModel;
  return std::make_unique<ClosedLayout>(gone ? ScoreCode::kUnknownModel
                                             : ScoreCode::kSchemaChanged);
}

void Server::Rebind(const std::function<bool(std::string_view model)>& changed) {
  std::vector<ReplaceLayouts> of_workers(workers_.size());
  for (const auto& [serial, holding] : ledger_.holdings()) {
    if (!changed(holding.request.model)) continue;
    of_workers[holding.worker].of_peers[holding.peer].push_back({serial, BindAgain(holding)});
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (!of_workers[i].of_peers.empty()) workers_[i]->Post(std::move(of_workers[i]));
  }
}

void Server::AnswerAttach(const ControlRequest& request) {
  const auto refuse = [&](ScoreCode code, std::string_view why) { Refuse(request, code, why); };
  if (!MemoryReserve::held()) return refuse(ScoreCode::kNoMemory, Describe(ScoreCode::kNoMemory));
  if (draining_) return refuse(ScoreCode::kDraining, "the server is stopping");
  AttachBody body;
  std::span<const std::byte> rest;
  if (!SplitBody(std::span<const std::byte>(request.body), &body, &rest)) {
    return refuse(ScoreCode::kMalformed, "ATTACH is malformed");
  }
  const Geometry wanted{body.lane_count, body.request_slot_bytes, body.answer_slot_bytes};
  auto memory = ClientMemory::Create(Grant(wanted, options_.geometry_max), memory_);
  if (!memory) return refuse(ScoreCode::kRefused, memory.error());
  workers_[request.worker]->Post(InstallRing{request.peer, request.tag, std::move(*memory)});
}

void Server::AnswerOwner(std::span<const std::byte> body, ControlDoor::Reply reply) const {
  std::optional<AskRequest> ask = DecodeAsk(body);
  if (!ask || !IsOfOwner(ask->question) || !owner_answer_) return reply(AnswerQuestion(body));
  owner_answer_(ask->question, std::move(ask->arguments), std::move(reply));
}

Told Server::AnswerQuestion(std::span<const std::byte> body) const {
  const std::optional<AskRequest> ask = DecodeAsk(body);
  if (!ask) return {MessageType::kError, ScoreCode::kMalformed, "ASK is malformed"};
  switch (ask->question) {
    case Question::kStatus: return {MessageType::kTold, ScoreCode::kOk, StatusJson()};
    case Question::kModels: return {MessageType::kTold, ScoreCode::kOk, scorer_->ModelsJson()};
    case Question::kReady: {
      const bool ready = scorer_->Ready() && !draining_;
      return {MessageType::kTold, ready ? ScoreCode::kOk : ScoreCode::kDraining,
              ready ? "{\"ready\":true}" : "{\"ready\":false}"};
    }
    default: break;
  }
  if (IsOfOwner(ask->question)) {
    return {MessageType::kError, ScoreCode::kRefused,
            "this is for the owner to ask, over control.sock"};
  }
  return {MessageType::kError, ScoreCode::kUnsupported, "an unknown question"};
}

void Server::Reply(const ControlRequest& request, MessageType type, ScoreCode code,
                   std::string_view text) {
  SendReply reply{request.peer, {}};
  AppendFrame(&reply.frame, type, request.tag, CodeBody{static_cast<std::uint8_t>(code), {}},
              Bytes(text));
  workers_[request.worker]->Post(std::move(reply));
}

struct Server::Totals {
  std::uint64_t ring = 0;
  std::uint64_t socket = 0;
  std::uint64_t over_slot = 0;
  std::uint64_t violations = 0;
  std::uint64_t kicks = 0;
  std::uint64_t sleeps = 0;
  std::map<std::string, CodeCounts> models;
  CodeCounts codes{};  // of all models, and of requests without one

  // The counters of requests are behind those of codes while a turn is under way.
  std::uint64_t answered() const {
    return std::accumulate(codes.begin(), codes.end(), std::uint64_t{0});
  }
  std::uint64_t failed() const { return answered() - codes[0]; }
};

Server::Totals Server::Sum() const {
  Totals totals;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    const WorkerStats& stats = worker->stats();
    totals.ring += stats.ring_requests.value();
    totals.socket += stats.socket_requests.value();
    totals.over_slot += stats.over_slot.value();
    totals.violations += stats.violations.value();
    totals.kicks += stats.kicks.value();
    totals.sleeps += stats.sleeps.value();
    AddTo(totals.codes, stats.without_model);
  }
  totals.models = model_counts_.Sums();
  for (const auto& [model, counts] : totals.models) {
    for (std::size_t code = 0; code < counts.size(); ++code) totals.codes[code] += counts[code];
  }
  return totals;
}

std::string Server::StatusJson() const {
  const Totals totals = Sum();
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  const auto number = [&json](std::string_view key, std::uint64_t value) {
    json.Key(key);
    json.Number(static_cast<std::int64_t>(value));
  };
  json.BeginObject();
  json.Key("ready");
  json.Boolean(scorer_->Ready() && !draining_);
  json.Key("draining");
  json.Boolean(draining_);
  json.Key("version");
  json.String(PILLION_VERSION);
  number("uptime_s", (MonotonicNs() - started_ns_) / 1'000'000'000);
  number("resident_bytes", ResidentBytes());
  number("shared_memory_bytes", memory_.held());
  number("shared_memory_bytes_max", memory_.most());
  number("shared_memory_refused", memory_.refused());
  number("memory_shortages", shortages_);
  number("workers", workers_.size());
  number("clients", client_count());
  number("clients_max", options_.clients_max);
  number("handshakes", callers_.size());
  number("clients_refused", refused_);
  number("clients_evicted", evicted_);
  number("clients_lost", lost_);
  number("requests_ring", totals.ring);
  number("requests_socket", totals.socket);
  number("requests_failed", totals.failed());
  number("answers_over_slot", totals.over_slot);
  number("violations", totals.violations);
  number("kicks", totals.kicks);
  number("sleeps", totals.sleeps);
  json.Key("codes");
  AppendCodes(totals.codes, json);
  json.Key("codes_by_model");
  json.BeginObject();
  for (const auto& [model, counts] : totals.models) {
    json.Key(model);
    AppendCodes(counts, json);
  }
  json.EndObject();
  json.Key("models");
  text += scorer_->ModelsJson();
  json.EndObject();
  return text;
}

// `refusal` empty: it was bound.
void Server::LogBind(const ControlRequest& request, std::string_view model,
                     std::string_view refusal) {
  const auto peer = peers_.find(request.peer);
  if (peer == peers_.end()) return;  // it left meanwhile
  if (refusal.empty()) {
    log_.WriteLimited(LogLevel::kDebug, "bound", {{"client", request.peer}, {"model", model}});
  } else {
    log_.WriteLimited(LogLevel::kWarning, "bind_refused",
                      {{"client", request.peer},
                       {"uid", peer->second.uid},
                       {"pid", peer->second.pid},
                       {"model", model},
                       {"reason", refusal}});
  }
}

void Server::LogStart() const {
  const Geometry& most = options_.geometry_max;
  log_.Write(LogLevel::kInfo, "listening",
             {{"socket", options_.socket_path},
              {"mode", Octal(options_.socket_mode)},
              {"control", options_.control_path},
              {"shared_memory", options_.shared_memory ? "yes" : "no"},
              {"allow_uid", Joined(options_.allowed_uids)},
              {"allow_gid", Joined(options_.allowed_gids)}});
  log_.Write(LogLevel::kInfo, "limits",
             {{"workers", worker_count_},
              {"clients", options_.clients_max},
              {"clients_per_user", options_.clients_per_user_max},
              {"handshakes", options_.handshakes_max},
              {"layouts_per_client", options_.layouts_max},
              {"lanes_per_client", most.lane_count},
              {"request_slot_bytes", most.request_slot_bytes},
              {"answer_slot_bytes", most.answer_slot_bytes},
              {"message_bytes", options_.message_bytes_max},
              {"shared_memory_bytes", memory_.most()},
              {"drain_ms", options_.drain_time_max.count()}});
}

void Server::LogStop() const {
  const Totals totals = Sum();
  const std::uint64_t now = MonotonicNs();
  log_.WriteHeldBack(true);
  log_.Write(LogLevel::kInfo, "stopped",
             {{"drain_ms", (now - drain_started_ns_) / 1'000'000},
              {"uptime_s", (now - started_ns_) / 1'000'000'000},
              {"requests", totals.answered()},
              {"requests_failed", totals.failed()},
              {"clients_cut_off", cut_off_ + peers_.size()},
              {"clients_lost", lost_},
              {"clients_refused", refused_},
              {"violations", totals.violations}});
}

}  // namespace pillion
