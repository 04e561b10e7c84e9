// The control thread's part of the server: binds and questions, as they come from workers.
#include <boost/asio/post.hpp>
#include <exception>
#include <new>

#include "base/memory_reserve.h"
#include "sidecar/transport/server.h"

namespace pillion {
namespace {

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

}  // namespace

void Server::Submit(ControlRequest request) {
  boost::asio::post(io_, [this, request = std::move(request)]() mutable {
    const ControlRequest head{request.worker, request.peer, request.tag, request.type, {}};
    try {
      asked_.Add(request.peer, std::move(request));
      AnswerSoon();
    } catch (const std::bad_alloc&) {
      Refuse(head, ScoreCode::kNoMemory, Describe(ScoreCode::kNoMemory));
    }
  });
}

// One at a time, so that what comes meanwhile is heard between two of them.
void Server::AnswerSoon() {
  if (answers_soon_ || asked_.empty()) return;
  try {
    boost::asio::post(io_, [this] {
      answers_soon_ = false;
      if (!asked_.empty()) Answer(asked_.Take());
      AnswerSoon();
    });
    answers_soon_ = true;
  } catch (const std::bad_alloc&) {
    // The next patrol may find some.
  }
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

}  // namespace pillion
