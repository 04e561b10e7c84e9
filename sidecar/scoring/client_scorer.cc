#include "sidecar/scoring/client_scorer.h"

#include <algorithm>
#include <cstring>
#include <future>
#include <optional>
#include <utility>

#include "base/json_reader.h"
#include "client/pillion.h"
#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/column_index.h"
#include "schemas/rows/layout_description.h"
#include "schemas/rows/row_encoder.h"
#include "sidecar/wire/encode_row.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion {
namespace {

constexpr std::uint64_t kTimeoutNs = 5'000'000'000;
constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;

struct CloseClient {
  void operator()(pillion_client* client) const { pillion_close(client); }
};
struct FreeModel {
  void operator()(pillion_model* model) const { pillion_model_free(model); }
};
struct FreeAnswer {
  void operator()(pillion_answer* answer) const { pillion_answer_free(answer); }
};

// A binding, and the layouts of its rows and answers.
struct Layout {
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

// Rows on their way, and what came back.
struct ClientScorer::Batch {
  std::span<const Value> values;  // [row][input]
  std::size_t count = 0;
  BatchEncoder request;
  std::vector<std::size_t> sent;  // the rows that are in it
  std::unique_ptr<pillion_answer, FreeAnswer> answer;
  std::vector<std::unique_ptr<pillion_answer, FreeAnswer>>
      part_answers;  // what is viewed of others
  std::future<ScoreCode> code;
  Arena arena{kAnswerBytesMax};
  std::vector<RowOutcome> outcomes;
  std::vector<Value> answers;  // [row][output]

  std::span<const std::byte> answer_bytes() const {
    std::size_t bytes = 0;
    const auto* data = static_cast<const std::byte*>(pillion_answer_bytes(answer.get(), &bytes));
    return {data, bytes};
  }
};

struct ClientScorer::State {
  std::string url;
  std::string name;
  std::unique_ptr<pillion_client, CloseClient> client;
  Schema model_outputs;
  // Of the binding.
  Layout layout;
  std::optional<RowEncoder> row;
  std::optional<RowDecoder> decoder;
  Batch batches[2];
  std::size_t started = 0;  // which was started last
  std::size_t done = 0;     // which was waited for

  // Without names: all that the model makes.
  Result<Layout> Bind(const Names& outputs) const {
    std::vector<const char*> names;
    for (const std::string& output : outputs) names.push_back(output.c_str());
    pillion_error error{};
    pillion_model* model = nullptr;
    if (pillion_bind(client.get(), name.c_str(), names.data(), names.size(), kTimeoutNs, &model,
                     &error) != PILLION_OK) {
      const bool unknown = error.code == PILLION_UNKNOWN_COLUMN;
      return Fail(unknown ? LoadCode::kBadSchema : LoadCode::kNotFound, url + " " + name,
                  error.text);
    }
    Layout bound{std::unique_ptr<pillion_model, FreeModel>(model), nullptr, nullptr};
    std::size_t bytes = 0;
    const auto* description =
        static_cast<const std::byte*>(pillion_model_description(model, &bytes));
    const auto columns = DecodeLayoutDescription({description, bytes});
    auto inputs = columns ? RowLayout::Make(columns->inputs) : std::nullopt;
    auto answers_layout = columns ? RowLayout::Make(columns->outputs) : std::nullopt;
    if (!inputs || !answers_layout) {
      return Fail(LoadCode::kBadSchema, url + " " + name, "the server sent no valid layout");
    }
    bound.inputs = std::make_shared<const RowLayout>(*std::move(inputs));
    bound.outputs = std::make_shared<const RowLayout>(*std::move(answers_layout));
    return bound;
  }

  ScoreCode Send(const Batch& batch, pillion_kind kind, std::span<const std::byte> bytes) const {
    return static_cast<ScoreCode>(pillion_score_bytes(
        layout.model.get(), kind, bytes.data(), bytes.size(), kTimeoutNs, batch.answer.get()));
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
  Layout all;
  PILLION_ASSIGN(all, state->Bind({}));
  state->model_outputs = all.outputs->columns();
  std::unique_ptr<ClientScorer> scorer(new ClientScorer(std::move(state)));
  scorer->AskForOptionalInputs();
  return scorer;
}

// A server that does not tell has none.
void ClientScorer::AskForOptionalInputs() {
  std::string models(1 << 16, '\0');
  std::size_t length = 0;
  const auto ask = [&] {
    return pillion_ask(state_->client.get(), "models", kTimeoutNs, models.data(), models.size(),
                       &length);
  };
  if (ask() != PILLION_OK) return;
  if (length >= models.size()) {
    models.resize(length + 1);
    if (ask() != PILLION_OK || length >= models.size()) return;
  }
  models.resize(length);
  JsonReader json(state_->url);
  json.ReadText("{\"models\":" + models + "}", [&](std::string_view, JsonReader::Value list) {
    return json.ReadArray(list, [&](JsonReader::Value model) {
      std::string name;
      Names optional;
      const bool read = json.ReadObject(model, [&](std::string_view key, JsonReader::Value value) {
        if (key == "name") return json.Read(value, name);
        if (key == "optional_inputs") return json.Read(value, optional);
        return json.Skip(value);
      });
      if (read && name == state_->name) optional_inputs_ = std::move(optional);
      return read;
    });
  });
}

const Schema& ClientScorer::model_outputs() const { return state_->model_outputs; }

Result<Schema> ClientScorer::InputsFor(const Names& outputs) {
  Layout layout;
  PILLION_ASSIGN(layout, state_->Bind(outputs));
  return layout.inputs->columns();
}

Result<Schema> ClientScorer::MissingInputs(const Schema& given, const Names& outputs) {
  Schema missing;
  PILLION_ASSIGN(missing, InputsFor(outputs));
  const ColumnIndex there(given);
  std::erase_if(missing,
                [&](const Field& wanted) { return there.Find(given, wanted.name).has_value(); });
  return missing;
}

Result<void> ClientScorer::Bind(const Schema&, const Names& outputs) {
  PILLION_ASSIGN(state_->layout, state_->Bind(outputs));
  inputs_ = state_->layout.inputs->columns();
  outputs_ = state_->layout.outputs->columns();
  state_->row.emplace(state_->layout.inputs);
  state_->decoder.emplace(*state_->layout.outputs);
  for (Batch& batch : state_->batches) {
    batch.answer.reset(pillion_answer_new(state_->layout.model.get()));
  }
  return {};
}

const RowOutcome& ClientScorer::outcome(std::size_t row) const {
  return state_->batches[state_->done].outcomes[row];
}

std::span<const Value> ClientScorer::answer(std::size_t row) const {
  const std::vector<Value>& answers = state_->batches[state_->done].answers;
  return std::span(answers).subspan(row * outputs_.size(), outputs_.size());
}

void ClientScorer::Blame(Batch& batch, std::size_t row, ScoreCode code, std::int64_t column) const {
  RowOutcome& outcome = batch.outcomes[row];
  outcome.code = code;
  outcome.stage.clear();
  const bool known = column >= 0 && static_cast<std::size_t>(column) < inputs_.size();
  outcome.column = known ? inputs_[static_cast<std::size_t>(column)].name : "";
}

// Into the request. What the row builder refuses is not sent.
void ClientScorer::Encode(Batch& batch, std::size_t first, std::size_t count) const {
  RowEncoder& builder = *state_->row;
  batch.request.Clear();
  batch.sent.clear();
  for (std::size_t row = first; row < first + count; ++row) {
    ScoreCode code = EncodeRow(batch.values.subspan(row * inputs_.size(), inputs_.size()), builder);
    if (code == ScoreCode::kOk) code = batch.request.Add(builder);
    if (code == ScoreCode::kOk) {
      batch.sent.push_back(row);
    } else {
      Blame(batch, row, code, builder.fault().column);
    }
  }
}

// The server scores while the caller reads the next rows. A single row is answered sooner than
// another thread is there.
Result<void> ClientScorer::Start(std::span<const Value> values, std::size_t count) {
  State& state = *state_;
  state.started = 1 - state.done;
  Batch& batch = state.batches[state.started];
  batch.arena.Reset();
  batch.part_answers.clear();
  batch.values = values;
  batch.count = count;
  batch.outcomes.resize(std::max(batch.outcomes.size(), count));
  batch.answers.resize(std::max(batch.answers.size(), count * outputs_.size()));
  Encode(batch, 0, count);
  const bool alone = batch.sent.size() < 2;
  batch.code = std::async(alone ? std::launch::deferred : std::launch::async, [&state, &batch] {
    if (batch.sent.empty()) return ScoreCode::kOk;
    return state.Send(batch, PILLION_BATCH, batch.request.Finish());
  });
  return {};
}

Result<void> ClientScorer::Wait() {
  State& state = *state_;
  state.done = state.started;
  Batch& batch = state.batches[state.done];
  const ScoreCode code = batch.code.get();
  return Finish(batch, code, 0, batch.count);
}

// `code` is the answer to rows `first` and on. What is too large together may fit in parts, and
// which row is at fault shows alone.
Result<void> ClientScorer::Finish(Batch& batch, ScoreCode code, std::size_t first,
                                  std::size_t count) const {
  if (batch.sent.empty()) return {};
  if (code == ScoreCode::kOk) return TakeAnswers(batch);
  if (IsOfServer(code)) return state_->Gone(code);
  if (count == 1) {
    ErrorDetail detail;
    const std::span<const std::byte> bytes = batch.answer_bytes();
    if (bytes.size() >= sizeof(detail)) std::memcpy(&detail, bytes.data(), sizeof(detail));
    Blame(batch, first, code, detail.column);
    return {};
  }
  for (const auto& [begin, part] :
       {std::pair(first, count / 2), std::pair(first + count / 2, count - count / 2)}) {
    Encode(batch, begin, part);
    batch.part_answers.push_back(std::move(batch.answer));
    batch.answer.reset(pillion_answer_new(state_->layout.model.get()));
    const ScoreCode again = batch.sent.empty()
                                ? ScoreCode::kOk
                                : state_->Send(batch, PILLION_BATCH, batch.request.Finish());
    PILLION_TRY(Finish(batch, again, begin, part));
  }
  return {};
}

Result<void> ClientScorer::TakeAnswers(Batch& batch) const {
  RowDecoder& decoder = *state_->decoder;
  const std::span<const std::byte> bytes = batch.answer_bytes();
  BatchAnswerDecoder reader;
  // Rows and answers of a batch are tables in the same place.
  if (reader.Open(bytes) != ScoreCode::kOk || reader.row_count() != batch.sent.size() ||
      decoder.Open(RequestKind::kBatch, bytes) != ScoreCode::kOk) {
    return state_->Gone(ScoreCode::kMalformed);
  }
  for (std::uint32_t i = 0; i < batch.sent.size(); ++i) {
    const std::size_t row = batch.sent[i];
    ScoreCode code = reader.code(i);
    if (code == ScoreCode::kOk) {
      code = decoder.Decode(i, batch.answers.data() + row * outputs_.size(), batch.arena);
    }
    Blame(batch, row, code, reader.column(i));
  }
  return {};
}

}  // namespace pillion
