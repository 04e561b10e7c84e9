// The control thread's part of the server: binds and questions, as they come from workers.
#include <boost/asio/post.hpp>
#include <exception>

#include "sidecar/transport/server.h"

namespace pillion {
namespace {

std::string_view JsonBool(bool value) { return value ? "true" : "false"; }

void AppendNumber(std::string* json, std::string_view name, std::uint64_t value) {
  json->append(",\"").append(name).append("\":").append(std::to_string(value));
}

}  // namespace

void Server::Submit(ControlRequest request) {
  boost::asio::post(io_, [this, request = std::move(request)] { Answer(request); });
}

void Server::Answer(const ControlRequest& request) {
  try {
    if (request.type == MessageType::kBind) return AnswerBind(request);
    AnswerQuestion(request);
  } catch (const std::exception& error) {
    Reply(request, MessageType::kError, ScoreCode::kInternal, error.what());
  }
}

void Server::AnswerBind(const ControlRequest& request) {
  if (draining_) {
    return Reply(request, MessageType::kError, ScoreCode::kDraining, "the server is stopping");
  }
  const std::optional<BindRequest> bind = DecodeBind(request.body);
  if (!bind) {
    return Reply(request, MessageType::kError, ScoreCode::kMalformed, "BIND is malformed");
  }
  auto binding = scorer_->Bind(*bind);
  if (!binding) {
    return Reply(request, MessageType::kError, binding.error().code, binding.error().text);
  }
  if (EncodeLayoutDescription(binding->columns).size() >
      options_.message_bytes_max - sizeof(BoundBody)) {
    return Reply(request, MessageType::kError, ScoreCode::kTooLarge, "the layout is too large");
  }
  workers_[request.worker]->Post(InstallLayout{request.peer, request.tag, std::move(*binding)});
}

void Server::AnswerQuestion(const ControlRequest& request) {
  AskBody ask;
  std::span<const std::byte> rest;
  if (!SplitBody(request.body, &ask, &rest)) {
    return Reply(request, MessageType::kError, ScoreCode::kMalformed, "ASK is malformed");
  }
  switch (static_cast<Question>(ask.question)) {
    case Question::kStatus: return Reply(request, MessageType::kTold, ScoreCode::kOk, StatusJson());
    case Question::kModels:
      return Reply(request, MessageType::kTold, ScoreCode::kOk, scorer_->ModelsJson());
    case Question::kReady: {
      const bool ready = scorer_->Ready() && !draining_;
      return Reply(request, MessageType::kTold, ready ? ScoreCode::kOk : ScoreCode::kDraining,
                   ready ? "{\"ready\":true}" : "{\"ready\":false}");
    }
  }
  Reply(request, MessageType::kError, ScoreCode::kUnsupported, "an unknown question");
}

void Server::Reply(const ControlRequest& request, MessageType type, ScoreCode code,
                   std::string_view text) {
  SendReply reply{request.peer, {}};
  AppendFrame(&reply.frame, type, request.tag, CodeBody{static_cast<std::uint8_t>(code), {}},
              Bytes(text));
  workers_[request.worker]->Post(std::move(reply));
}

std::string Server::StatusJson() const {
  std::uint64_t ring = 0, socket = 0, failures = 0, violations = 0, kicks = 0, sleeps = 0;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    const WorkerStats& stats = worker->stats();
    ring += stats.ring_requests.value();
    socket += stats.socket_requests.value();
    failures += stats.failures.value();
    violations += stats.violations.value();
    kicks += stats.kicks.value();
    sleeps += stats.sleeps.value();
  }
  std::string json = "{\"ready\":";
  json.append(JsonBool(scorer_->Ready() && !draining_));
  json.append(",\"draining\":").append(JsonBool(draining_));
  AppendNumber(&json, "workers", workers_.size());
  AppendNumber(&json, "clients", client_count());
  AppendNumber(&json, "clients_refused", refused_);
  AppendNumber(&json, "requests_ring", ring);
  AppendNumber(&json, "requests_socket", socket);
  AppendNumber(&json, "requests_failed", failures);
  AppendNumber(&json, "violations", violations);
  AppendNumber(&json, "kicks", kicks);
  AppendNumber(&json, "sleeps", sleeps);
  return json.append(",\"models\":").append(scorer_->ModelsJson()).append("}");
}

}  // namespace pillion
