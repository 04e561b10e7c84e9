#include "client/core/client_core.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <utility>

#include "client/ring/ring_batch.h"

namespace pillion {
namespace {

SpinBudget MakeSpinBudget(const ClientOptions& options, const std::atomic<SpinRule>& rule) {
  if (options.spin_ns == ClientOptions::kSpinAdaptive) return SpinBudget::Adaptive(rule);
  return SpinBudget::Fixed(rule.load() == SpinRule::kNever ? 0 : options.spin_ns);
}

Failure FailureOf(const AwaitedFrame& frame) {
  CodeBody body;
  std::span<const std::byte> text;
  if (frame.type != MessageType::kError || !SplitBody(std::span(frame.body), &body, &text)) {
    return {ScoreCode::kMalformed, "the server's answer is malformed"};
  }
  return {static_cast<ScoreCode>(body.code), std::string(Text(text))};
}

Failure FailureOf(ScoreCode code) { return {code, std::string(Describe(code))}; }

}  // namespace

void AssignAnswer(const AwaitedFrame& frame, AnswerBuffer* answer) {
  AnswerBody body;
  std::span<const std::byte> payload;
  if (frame.type != MessageType::kAnswer ||
      !SplitBody(std::span<const std::byte>(frame.body), &body, &payload)) {
    answer->Fail(ScoreCode::kMalformed);
    return;
  }
  answer->Assign({ScoreCode{body.code}, 0, body.model_version}, payload);
}

ClientCore::ClientCore(Endpoint endpoint, const ClientOptions& options)
    : endpoint_(std::move(endpoint)),
      options_(options),
      spin_rule_(SpinRuleFor(ReadCpuAllowance())),
      lanes_(options.lanes_max, ReadCpuAllowance().cpus, MakeSpinBudget(options, spin_rule_),
             [this] {
               crowded_.store(true);
               WakeKeeper();
             }),
      wanted_(options.geometry) {}

tl::expected<std::unique_ptr<ClientCore>, Failure> ClientCore::Open(const Endpoint& endpoint,
                                                                    const ClientOptions& options) {
  std::unique_ptr<ClientCore> core(new ClientCore(endpoint, options));
  core->keeper_event_.Reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!core->guard_.valid() || !core->keeper_event_) {
    return tl::unexpected(Failure{ScoreCode::kInternal, "the system refuses memory or an eventfd"});
  }
  if (endpoint.way == Way::kInProcess) {
    if (auto used = core->UseEngine(); !used) return tl::unexpected(used.error());
    return core;
  }
  auto session = core->Connect();
  if (session) {
    core->Publish(std::move(*session));
  } else if (options.connect_later) {
    core->why_gone_ = session.error();
  } else {
    return tl::unexpected(session.error());
  }
  core->keeper_ = std::thread([core = core.get()] { core->Keep(); });
  return core;
}

void ClientCore::CloseInChild() {
  if (session_.connection) session_.connection->CloseInChild();
}

ClientCore::~ClientCore() {
  stopping_.store(true);
  WakeKeeper();
  if (keeper_.joinable()) keeper_.join();
  Disconnect();
}

ClientCore::Session ClientCore::session() const {
  const std::lock_guard lock(mutex_);
  return session_;
}

Failure ClientCore::WhyGone() const {
  const std::lock_guard lock(mutex_);
  return session_.connection ? FailureOf(ScoreCode::kServerGone) : why_gone_;
}

void ClientCore::WakeKeeper() noexcept {
  if (keeper_event_) eventfd_write(keeper_event_.get(), 1);
}

Geometry ClientCore::geometry() const {
  const Session current = session();
  const auto ring = current.connection ? current.connection->ring() : nullptr;
  return ring ? ring->geometry() : Geometry{0, 0, 0};
}

ClientCore::Transport ClientCore::transport(const BoundModel& model) const noexcept {
  const Transport whole = transport();
  if (whole != Transport::kSharedMemory) return whole;
  const bool ring = FitsLane(model, model.rows()->empty_row().size()) && !model.over_socket();
  return ring ? Transport::kSharedMemory : Transport::kSocket;
}

std::shared_ptr<SocketChannel> ClientCore::channel() const { return session().channel; }

bool ClientCore::FitsLane(const BoundModel& model, std::size_t request_bytes) const noexcept {
  if (transport() != Transport::kSharedMemory) return false;
  if (request_bytes > request_bytes_max_.load(std::memory_order_relaxed)) return false;
  return model.answer_bytes_max() == kAnswerBytesUnbounded ||
         model.answer_bytes_max() <= answer_bytes_max_.load(std::memory_order_relaxed);
}

ClientCore::LaneRoom ClientCore::lane_room(const BoundModel& model) const noexcept {
  if (!FitsLane(model, 0)) return {};
  return {request_bytes_max_.load(std::memory_order_relaxed),
          answer_bytes_max_.load(std::memory_order_relaxed)};
}

LayoutOnConnection ClientCore::CurrentLayout(const BoundModel& model) const noexcept {
  const LayoutOnConnection layout = model.layout();
  if (layout.generation != generation()) return {0, 0, ScoreCode::kServerGone};
  return layout;
}

bool ClientCore::Prepare(const BoundModel& model, RequestKind kind, std::uint64_t now_ns,
                         std::uint64_t deadline_ns, Prepared* call) noexcept {
  const LayoutOnConnection layout = CurrentLayout(model);
  call->generation = layout.generation;
  call->now_ns = now_ns;
  call->head = {kind, layout.layout, deadline_ns};
  call->code = ScoreCode::kOk;
  if (forked()) {
    call->code = ScoreCode::kForked;
  } else if (layout.layout == 0) {
    call->code = layout.code;
  } else if (transport() == Transport::kNone) {
    call->code = ScoreCode::kServerGone;
  }
  if (call->code == ScoreCode::kOk) return true;
  counters_.unconnected.fetch_add(1, std::memory_order_relaxed);
  return false;
}

Lane* ClientCore::TakeLane(Prepared* call, std::size_t rows, ScoreCode* code) {
  Lane* lane = lanes_.Take(call->head.deadline_ns, &call->now_ns);
  if (lane == nullptr) {
    const bool gone = transport() == Transport::kNone;
    *code = gone ? ScoreCode::kServerGone : ScoreCode::kDeadline;
    (gone ? counters_.unconnected : counters_.lane_deadlines)
        .fetch_add(rows, std::memory_order_relaxed);
    return nullptr;
  }
  // A lane of another connection than the layout's: the server has gone in between.
  if (lane->connection != nullptr && lane->generation == call->generation) return lane;
  lanes_.Return(lane);
  *code = ScoreCode::kServerGone;
  counters_.unconnected.fetch_add(rows, std::memory_order_relaxed);
  return nullptr;
}

ScoreCode ClientCore::Score(const BoundModel& model, RequestKind kind,
                            std::span<const std::byte> request, std::uint64_t timeout_ns,
                            AnswerBuffer* answer) {
  Prepared call;
  const std::uint64_t now_ns = MonotonicNs();
  if (!Prepare(model, kind, now_ns, DeadlineAfter(now_ns, timeout_ns), &call)) {
    return answer->Fail(call.code);
  }
  if (FitsLane(model, request.size())) {
    ScoreCode code = ScoreCode::kInternal;
    Lane* lane = TakeLane(&call, 1, &code);
    if (lane == nullptr) return answer->Fail(code);
    // A ring with smaller slots may have come since the look.
    if (request.size() > lane->end.request_payload_bytes_max()) {
      lanes_.Return(lane);
      return ScoreWithoutLane(model, call, request, answer);
    }
    code = CallOverRing(lane, call.head, request, call.now_ns, answer);
    CountOverRing(lane, *answer);
    lanes_.Return(lane);
    if ((answer->head.flags & kAnswerOverSlot) == 0) {
      model.SetOverSocket(false);
      return code;
    }
  }
  return ScoreWithoutLane(model, call, request, answer);
}

// One that goes on over the socket is counted there.
void ClientCore::CountOverRing(Lane* lane, const AnswerBuffer& answer) noexcept {
  if ((answer.head.flags & kAnswerOverSlot) != 0) return;
  lane->counters.calls.Add();
  if (answer.head.code != ScoreCode::kOk) lane->counters.failures.Add();
  if (answer.head.code == ScoreCode::kDeadline) lane->counters.deadlines.Add();
}

std::size_t ClientCore::ScoreEach(const BoundModel& model, RequestKind kind,
                                  std::span<const std::span<const std::byte>> requests,
                                  std::uint64_t deadline_ns,
                                  std::span<AnswerBuffer* const> answers) {
  Prepared call;
  ScoreCode code = ScoreCode::kOk;
  Lane* lane = nullptr;
  if (!Prepare(model, kind, MonotonicNs(), deadline_ns, &call)) {
    code = call.code;
  } else if (FitsLane(model, 0)) {
    lane = TakeLane(&call, requests.size(), &code);
  }
  if (code != ScoreCode::kOk) {
    for (AnswerBuffer* answer : answers) answer->Fail(code);
    return 0;
  }
  std::size_t ok = 0;
  if (lane != nullptr) {
    ok = CallEachOverRing(lane, call.head, requests, answers);
    for (const AnswerBuffer* answer : answers) CountOverRing(lane, *answer);
    lanes_.Return(lane);
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (lane != nullptr && (answers[i]->head.flags & kAnswerOverSlot) == 0) continue;
    if (i != 0) call.now_ns = MonotonicNs();
    ok += ScoreWithoutLane(model, call, requests[i], answers[i]) == ScoreCode::kOk ? 1 : 0;
  }
  return ok;
}

ScoreCode ClientCore::ScoreWithoutLane(const BoundModel& model, const Prepared& call,
                                       std::span<const std::byte> request, AnswerBuffer* answer) {
  if (model.in_process() != nullptr) return ScoreInProcess(model, call, request, answer);
  return ScoreOverSocket(model, call, request, answer);
}

ScoreCode ClientCore::ScoreOverSocket(const BoundModel& model, const Prepared& call,
                                      std::span<const std::byte> request, AnswerBuffer* answer) {
  const ScoreCode code = CallOverSocket(call, request, answer);
  CountOverSocket(model, call.head.kind, request.size(), *answer);
  return code;
}

void ClientCore::CountOverSocket(const BoundModel& model, RequestKind kind,
                                 std::size_t request_bytes, const AnswerBuffer& answer) noexcept {
  const ScoreCode code = answer.head.code;
  counters_.socket_calls.fetch_add(1, std::memory_order_relaxed);
  if (code != ScoreCode::kOk) counters_.socket_failures.fetch_add(1, std::memory_order_relaxed);
  if (code == ScoreCode::kDeadline) {
    counters_.socket_deadlines.fetch_add(1, std::memory_order_relaxed);
  }
  if (transport() != Transport::kSharedMemory) return;
  counters_.socket_overflows.fetch_add(1, std::memory_order_relaxed);
  model.SetOverSocket(true);
  // A ring for long batches would take much memory for little: what they save is the call.
  if (kind == RequestKind::kRow) WantSlots(request_bytes, answer.bytes().size());
}

ScoreCode ClientCore::CallOverSocket(const Prepared& call, std::span<const std::byte> request,
                                     AnswerBuffer* answer) {
  const RequestHead& head = call.head;
  // Looked at before every send: of many rows in turn, most may come too late.
  if (MonotonicNs() >= head.deadline_ns) return answer->Fail(ScoreCode::kDeadline);
  const Session current = session();
  if (!current.channel || current.generation != call.generation) {
    return answer->Fail(ScoreCode::kServerGone);
  }
  const ScoreBody body{head.layout, static_cast<std::uint16_t>(head.kind), 0, head.deadline_ns};
  AwaitedFrame reply;
  const ScoreCode code = current.channel->Call(
      MessageType::kScore, std::as_bytes(std::span(&body, 1)), request, head.deadline_ns, &reply);
  if (code != ScoreCode::kOk) return answer->Fail(code);
  AssignAnswer(reply, answer);
  return answer->head.code;
}

tl::expected<std::shared_ptr<BoundModel>, Failure> ClientCore::Bind(BindRequest request,
                                                                    std::uint64_t timeout_ns) {
  if (forked()) return tl::unexpected(FailureOf(ScoreCode::kForked));
  if (engine_) return BindInProcess(std::move(request));
  const Session current = session();
  if (!current.channel) return tl::unexpected(WhyGone());
  const std::uint64_t deadline_ns = DeadlineAfter(MonotonicNs(), timeout_ns);
  auto model = BindOn(current, request, deadline_ns);
  if (!model) return model;
  GrowFor(**model, deadline_ns);
  const std::lock_guard lock(mutex_);
  // Not yet on the list, so the keeper could not bind it to a newer connection.
  if (session_.generation != current.generation) {
    return tl::unexpected(FailureOf(ScoreCode::kServerGone));
  }
  std::erase_if(models_, [](const std::weak_ptr<BoundModel>& m) { return m.expired(); });
  models_.push_back(*model);
  return model;
}

void ClientCore::Unbind(const std::shared_ptr<BoundModel>& model) {
  if (forked()) return;
  model->SetInProcess(nullptr);
  std::vector<LayoutOnConnection> layouts;
  Session current;
  {
    const std::lock_guard lock(mutex_);
    current = session_;
    for (BoundModel* bound = model.get(); bound != nullptr; bound = bound->successor()) {
      const LayoutOnConnection layout = bound->layout();
      layouts.push_back(layout);
      layouts.push_back(bound->before());
      bound->SetFreed();
      bound->SetBefore({});
      if (layout.layout != 0) bound->SetLayout({layout.generation, 0, ScoreCode::kUnknownLayout});
    }
  }
  if (!current.channel) return;
  for (const LayoutOnConnection& layout : layouts) Unbind(current, layout);
}

void ClientCore::Unbind(const Session& session, const LayoutOnConnection& layout) {
  if (layout.generation != session.generation || layout.layout == 0) return;
  const UnbindBody body{layout.layout, {}};
  session.channel->Tell(MessageType::kUnbind, std::as_bytes(std::span(&body, 1)));
}

tl::expected<std::shared_ptr<BoundModel>, Failure> ClientCore::BindOn(const Session& session,
                                                                      const BindRequest& request,
                                                                      std::uint64_t deadline_ns) {
  AwaitedFrame reply;
  BindRequest asked = request;
  if (!session.connection->takes_absent()) asked.absent.clear();
  const ScoreCode code =
      session.channel->Call(MessageType::kBind, {}, EncodeBind(asked), deadline_ns, &reply);
  if (code != ScoreCode::kOk) return tl::unexpected(FailureOf(code));
  if (reply.type != MessageType::kBound) return tl::unexpected(FailureOf(reply));
  BoundBody bound;
  std::span<const std::byte> rest;
  if (!SplitBody(std::span<const std::byte>(reply.body), &bound, &rest)) {
    return tl::unexpected(FailureOf(reply));
  }
  auto description = DecodeLayoutDescription(rest);
  if (!description) return tl::unexpected(FailureOf(reply));
  auto model =
      std::make_shared<BoundModel>(request, std::move(*description), bound.answer_bytes_max);
  if (!model->valid()) {
    return tl::unexpected(Failure{ScoreCode::kTooLarge, "the model has too many columns"});
  }
  model->SetLayout({session.generation, bound.layout, ScoreCode::kOk});
  return model;
}

tl::expected<std::string, Failure> ClientCore::Ask(const AskRequest& ask,
                                                   std::uint64_t timeout_ns) {
  if (forked()) return tl::unexpected(FailureOf(ScoreCode::kForked));
  if (engine_) return engine_->Ask(ask);
  const Session current = session();
  if (!current.channel) return tl::unexpected(WhyGone());
  AwaitedFrame reply;
  const ScoreCode code = current.channel->Call(MessageType::kAsk, EncodeAsk(ask), {},
                                               DeadlineAfter(MonotonicNs(), timeout_ns), &reply);
  if (code != ScoreCode::kOk) return tl::unexpected(FailureOf(code));
  CodeBody body;
  std::span<const std::byte> text;
  if (reply.type != MessageType::kTold || !SplitBody(std::span(reply.body), &body, &text)) {
    return tl::unexpected(FailureOf(reply));
  }
  if (body.code != 0) return tl::unexpected(Failure{ScoreCode{body.code}, std::string(Text(text))});
  return std::string(Text(text));
}

}  // namespace pillion
