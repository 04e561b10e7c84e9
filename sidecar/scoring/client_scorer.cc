#include "sidecar/scoring/client_scorer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "client/pillion.h"
#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/column_index.h"
#include "schemas/rows/fault_detail.h"
#include "schemas/rows/layout_description.h"
#include "schemas/rows/row_encoder.h"
#include "sidecar/scoring/model_facts.h"
#include "sidecar/wire/encode_row.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion {
namespace {

constexpr std::uint64_t kTimeoutNs = 5'000'000'000;
constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;

// Batches over the socket, several under way so that the server scores while rows are read. Rows
// one by one over a lane, 64 under way, take 1.6 times as long: they are that many more wake-ups.
constexpr std::size_t kBatchRows = 256;
constexpr std::size_t kBatchesMax = 4;
constexpr std::size_t kAbsentBytesMax = 64 * 1024;  // of names in a BIND

struct CloseClient {
  void operator()(pillion_client* client) const { pillion_close(client); }
};
struct CloseQueue {
  void operator()(pillion_queue* queue) const { pillion_queue_close(queue); }
};
struct FreeModel {
  void operator()(pillion_model* model) const { pillion_model_free(model); }
};
struct FreeAnswer {
  void operator()(pillion_answer* answer) const { pillion_answer_free(answer); }
};

// A model as the server bound it, and the layouts of its rows and answers.
struct RemoteBinding {
  std::unique_ptr<pillion_model, FreeModel> model;
  std::shared_ptr<const RowLayout> inputs;
  std::shared_ptr<const RowLayout> outputs;
};

// Not the row's fault: with the next row it would be the same.
bool IsOfServer(ScoreCode code) {
  return code == ScoreCode::kBusy || code == ScoreCode::kDeadline || code == ScoreCode::kDraining ||
         code == ScoreCode::kServerGone || code == ScoreCode::kSchemaChanged ||
         code == ScoreCode::kUnknownLayout;
}

}  // namespace

// What was sent, and what came back.
struct ClientScorer::Request {
  std::unique_ptr<pillion_answer, FreeAnswer> answer;
  ScoreCode code = ScoreCode::kOk;
  bool under_way = false;

  std::span<const std::byte> answer_bytes() const {
    std::size_t bytes = 0;
    const auto* data = static_cast<const std::byte*>(pillion_answer_bytes(answer.get(), &bytes));
    return {data, bytes};
  }
};

struct ClientScorer::Batch {
  std::span<const Value> values;  // [row][input]
  std::size_t count = 0;
  Request request;
  std::vector<std::size_t> sent;  // the rows that are in it
  std::vector<Request> alone;     // of rows that were sent again, each for itself
  Arena arena{kAnswerBytesMax};
  std::vector<RowOutcome> outcomes;
  std::vector<Value> answers;  // [row][output]
};

struct ClientScorer::State {
  std::string url;
  std::string name;
  std::unique_ptr<pillion_client, CloseClient> client;
  std::vector<RowRemover> removers;
  Schema model_inputs;
  Schema model_outputs;
  // Of the binding.
  RemoteBinding bound;
  std::optional<RowEncoder> row;
  std::optional<BatchEncoder> rows;
  std::optional<RowDecoder> decoder;
  // One more than are under way: the last one that was waited for is still read.
  std::array<Batch, kBatchesMax + 1> batches;
  std::size_t done = kBatchesMax;                    // that one
  std::size_t under_way = 0;                         // behind it
  std::unique_ptr<pillion_queue, CloseQueue> queue;  // destroyed before what it fills

  // Without names: all that the model makes. `given`: the caller's columns; null: all.
  Result<RemoteBinding> Bind(const Names& outputs, const Schema* given) const {
    std::vector<const char*> names;
    for (const std::string& output : outputs) names.push_back(output.c_str());
    const std::vector<const char*> absent = Absent(given);
    pillion_error error{};
    pillion_model* model = nullptr;
    if (pillion_bind_without(client.get(), name.c_str(), absent.data(), absent.size(), names.data(),
                             names.size(), kTimeoutNs, &model, &error) != PILLION_OK) {
      const bool unknown = error.code == PILLION_UNKNOWN_COLUMN;
      return Fail(unknown ? LoadCode::kBadSchema : LoadCode::kNotFound, url + " " + name,
                  error.text);
    }
    RemoteBinding binding{std::unique_ptr<pillion_model, FreeModel>(model), nullptr, nullptr};
    std::size_t bytes = 0;
    const auto* description =
        static_cast<const std::byte*>(pillion_model_description(model, &bytes));
    const auto columns = DecodeLayoutDescription({description, bytes});
    auto inputs = columns ? RowLayout::Make(columns->inputs) : std::nullopt;
    auto answers = columns ? RowLayout::Make(columns->outputs) : std::nullopt;
    if (!inputs || !answers) {
      return Fail(LoadCode::kBadSchema, url + " " + name, "the server sent no valid layout");
    }
    binding.inputs = std::make_shared<const RowLayout>(*std::move(inputs));
    binding.outputs = std::make_shared<const RowLayout>(*std::move(answers));
    return binding;
  }

  // Inputs of the model that are not among `given`.
  std::vector<const char*> Absent(const Schema* given) const {
    std::vector<const char*> absent;
    if (given == nullptr) return absent;
    const ColumnIndex there(*given);
    std::size_t bytes = 0;
    for (const Field& input : model_inputs) {
      if (there.Find(*given, input.name)) continue;
      absent.push_back(input.name.c_str());
      bytes += input.name.size() + sizeof(std::uint32_t);
    }
    // So many are not a label that is left out: then all that is needed is asked for.
    if (bytes > kAbsentBytesMax) absent.clear();
    return absent;
  }

  Batch& Behind(std::size_t count) { return batches[(done + count) % batches.size()]; }

  // Its answer comes with a later Collect().
  void Submit(std::span<const std::byte> bytes, Request& request) const {
    if (!request.answer) request.answer.reset(pillion_answer_new(bound.model.get()));
    const auto submit = [&] {
      return pillion_submit_bytes(queue.get(), bound.model.get(), PILLION_BATCH, bytes.data(),
                                  bytes.size(), kTimeoutNs,
                                  reinterpret_cast<std::uintptr_t>(&request), request.answer.get());
    };
    pillion_code code = submit();
    while (code == PILLION_BUSY && Collect()) code = submit();
    request.code = static_cast<ScoreCode>(code);
    request.under_way = code == PILLION_OK;
  }
  // Takes the answers that have come; waits for one where none has. False: none is awaited.
  bool Collect() const {
    std::array<pillion_completion, kBatchesMax> ended;
    const auto poll = [&] { return pillion_poll(queue.get(), ended.data(), ended.size()); };
    std::size_t count = poll();
    if (count == 0) {
      pillion_queue_wait(queue.get(), kTimeoutNs);
      count = poll();
    }
    for (std::size_t i = 0; i < count; ++i) {
      auto* request = reinterpret_cast<Request*>(ended[i].cookie);
      request->code = static_cast<ScoreCode>(ended[i].code);
      request->under_way = false;
    }
    return count != 0;
  }
  void Send(std::span<const std::byte> bytes, Request& request) const {
    request.answer.reset(pillion_answer_new(bound.model.get()));
    request.code =
        static_cast<ScoreCode>(pillion_score_bytes(bound.model.get(), PILLION_ROW, bytes.data(),
                                                   bytes.size(), kTimeoutNs, request.answer.get()));
  }

  tl::unexpected<LoadError> Gone(ScoreCode code) const {
    return Fail(LoadCode::kNotFound, url + " " + name, std::string(Describe(code)));
  }
};

ClientScorer::ClientScorer(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClientScorer::~ClientScorer() = default;

Result<std::unique_ptr<ClientScorer>> ClientScorer::Connect(const std::string& url,
                                                            const std::string& model) {
  pillion_client* client = nullptr;
  pillion_error error{};
  if (pillion_open(url.c_str(), nullptr, &client, &error) != PILLION_OK) {
    return Fail(LoadCode::kNotFound, url, error.text);
  }
  auto state = std::make_unique<State>();
  state->url = url;
  state->name = model;
  state->client.reset(client);
  RemoteBinding all;
  PILLION_ASSIGN(all, state->Bind({}, nullptr));
  state->model_inputs = all.inputs->columns();
  state->model_outputs = all.outputs->columns();
  std::unique_ptr<ClientScorer> scorer(new ClientScorer(std::move(state)));
  ModelFacts facts = AskForModelFacts(client, model, kTimeoutNs);
  scorer->optional_inputs_ = std::move(facts.optional_inputs);
  scorer->state_->removers = std::move(facts.removers);
  return scorer;
}

const Schema& ClientScorer::model_outputs() const { return state_->model_outputs; }

Result<Schema> ClientScorer::InputsFor(const Names& outputs) {
  RemoteBinding bound;
  PILLION_ASSIGN(bound, state_->Bind(outputs, nullptr));
  return bound.inputs->columns();
}

Result<Schema> ClientScorer::MissingInputs(const Schema& given, const Names& outputs) {
  RemoteBinding bound;
  PILLION_ASSIGN(bound, state_->Bind(outputs, &given));
  Schema missing = bound.inputs->columns();
  const ColumnIndex there(given);
  std::erase_if(missing,
                [&](const Field& wanted) { return there.Find(given, wanted.name).has_value(); });
  return missing;
}

Result<void> ClientScorer::Bind(const Schema& given, const Names& outputs) {
  State& state = *state_;
  PILLION_ASSIGN(state.bound, state.Bind(outputs, &given));
  inputs_ = state.bound.inputs->columns();
  outputs_ = state.bound.outputs->columns();
  notes_.clear();
  const ColumnIndex there(given);
  for (const RowRemover& remover : state.removers) {
    if (!there.Find(given, remover.column)) {
      notes_.push_back(LeftOutNote(remover.column, remover.op, remover.name));
    }
  }
  state.row.emplace(state.bound.inputs);
  state.rows.emplace();
  state.decoder.emplace(*state.bound.outputs);
  for (Batch& batch : state.batches) batch = Batch();
  pillion_queue* queue = nullptr;
  if (pillion_queue_open(state.client.get(), &queue) != PILLION_OK) {
    return state.Gone(ScoreCode::kInternal);
  }
  state.queue.reset(queue);
  return {};
}

std::size_t ClientScorer::batch_rows() const { return kBatchRows; }
std::size_t ClientScorer::batches_max() const { return kBatchesMax; }

const RowOutcome& ClientScorer::outcome(std::size_t row) const {
  return state_->Behind(0).outcomes[row];
}

std::span<const Value> ClientScorer::answer(std::size_t row) const {
  const std::vector<Value>& answers = state_->Behind(0).answers;
  return std::span(answers).subspan(row * outputs_.size(), outputs_.size());
}

Result<void> ClientScorer::Start(std::span<const Value> values, std::size_t count) {
  Batch& batch = state_->Behind(++state_->under_way);
  batch.arena.Reset();
  batch.values = values;
  batch.count = count;
  batch.outcomes.resize(std::max(batch.outcomes.size(), count));
  batch.answers.resize(std::max(batch.answers.size(), count * outputs_.size()));
  batch.alone.clear();
  Submit(batch);
  return {};
}

// Into the row encoder. What that refuses is not sent.
ScoreCode ClientScorer::Encode(Batch& batch, std::size_t row) const {
  batch.outcomes[row].code =
      EncodeRow(batch.values.subspan(row * inputs_.size(), inputs_.size()), *state_->row);
  if (batch.outcomes[row].code != ScoreCode::kOk) {
    FaultDetail fault;
    fault.place.column = static_cast<std::int32_t>(state_->row->fault().column);
    Blame(batch, row, fault);
  }
  return batch.outcomes[row].code;
}

void ClientScorer::Submit(Batch& batch) const {
  BatchEncoder& rows = *state_->rows;
  rows.Clear();
  batch.sent.clear();
  for (std::size_t row = 0; row < batch.count; ++row) {
    if (Encode(batch, row) != ScoreCode::kOk) continue;
    if (rows.Add(*state_->row) == ScoreCode::kOk) batch.sent.push_back(row);
  }
  if (!batch.sent.empty()) state_->Submit(rows.Finish(), batch.request);
}

// What fails together may be answered row by row: it was too much for a message, or it waited for
// whoever reads the answers until its deadline.
Result<void> ClientScorer::Wait() {
  State& state = *state_;
  Batch& batch = state.Behind(1);
  state.done = (state.done + 1) % state.batches.size();
  --state.under_way;
  while (batch.request.under_way) state.Collect();
  if (batch.request.code != ScoreCode::kOk) batch.sent.clear();
  if (!batch.sent.empty()) PILLION_TRY(TakeAnswers(batch));
  auto answered = batch.sent.begin();
  for (std::size_t row = 0; row < batch.count; ++row) {
    if (answered != batch.sent.end() && *answered == row) {
      ++answered;
    } else if (Encode(batch, row) == ScoreCode::kOk) {
      PILLION_TRY(ScoreAlone(batch, row));
    }
  }
  return {};
}

// REQUIRES: the row is encoded.
Result<void> ClientScorer::ScoreAlone(Batch& batch, std::size_t row) const {
  State& state = *state_;
  Request& request = batch.alone.emplace_back();
  state.Send(state.row->bytes(), request);
  if (IsOfServer(request.code)) return state.Gone(request.code);
  const std::span<const std::byte> bytes = request.answer_bytes();
  ScoreCode& code = batch.outcomes[row].code = request.code;
  if (code != ScoreCode::kOk) {
    Blame(batch, row, DecodeFault(bytes));
    return {};
  }
  code = state.decoder->Open(RequestKind::kRow, bytes);
  if (code == ScoreCode::kOk) {
    Value* const answers = batch.answers.data() + row * outputs_.size();
    code = state.decoder->Decode(0, answers, batch.arena);
  }
  return code == ScoreCode::kOk ? Result<void>() : state.Gone(ScoreCode::kMalformed);
}

Result<void> ClientScorer::TakeAnswers(Batch& batch) const {
  RowDecoder& decoder = *state_->decoder;
  const std::span<const std::byte> bytes = batch.request.answer_bytes();
  BatchAnswerDecoder batch_answer;
  // Rows and answers of a batch are tables in the same place.
  if (batch_answer.Open(bytes) != ScoreCode::kOk || batch_answer.row_count() != batch.sent.size() ||
      decoder.Open(RequestKind::kBatch, bytes) != ScoreCode::kOk) {
    return state_->Gone(ScoreCode::kMalformed);
  }
  for (std::uint32_t i = 0; i < batch.sent.size(); ++i) {
    const std::size_t row = batch.sent[i];
    ScoreCode& code = batch.outcomes[row].code = batch_answer.code(i);
    if (code == ScoreCode::kOk) {
      Value* const answers = batch.answers.data() + row * outputs_.size();
      code = decoder.Decode(i, answers, batch.arena);
      if (code != ScoreCode::kOk) return state_->Gone(ScoreCode::kMalformed);
    } else {
      Blame(batch, row, batch_answer.fault(i));
    }
  }
  return {};
}

void ClientScorer::Blame(Batch& batch, std::size_t row, const FaultDetail& fault) const {
  RowOutcome& outcome = batch.outcomes[row];
  const auto column = static_cast<std::size_t>(fault.place.column);
  const bool known = fault.place.column >= 0 && column < inputs_.size();
  outcome.column = known ? inputs_[column].name : std::string(fault.column);
  outcome.stage = fault.op.empty() ? "" : NameOfStage(fault.op, fault.stage);
}

}  // namespace pillion
