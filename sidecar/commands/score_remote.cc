#include "sidecar/commands/score_remote.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "client/pillion.h"
#include "engine/graph/cast.h"
#include "schemas/layout_description.h"
#include "schemas/row_builder.h"
#include "sidecar/wire/row_decoder.h"
#include "sidecar/wire/row_encoder.h"

namespace pillion {
namespace {

constexpr std::uint64_t kTimeoutNs = 5'000'000'000;
constexpr std::uint64_t kRowBytesMax = 64U << 20;

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

std::optional<std::size_t> Find(const Schema& schema, const std::string& name) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].name == name) return i;
  }
  return std::nullopt;
}

// A column of the frame on its way into the row.
struct Feed {
  std::size_t column = 0;              // of the frame
  std::unique_ptr<const Kernel> cast;  // nullptr: as it is
};

}  // namespace

struct RemoteModel::Connection {
  std::string url;
  std::string name;
  std::unique_ptr<pillion_client, CloseClient> client;

  Result<Layout> Bind(const std::vector<std::string>& outputs) const {
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
    Layout layout{std::unique_ptr<pillion_model, FreeModel>(model), nullptr, nullptr};
    std::size_t bytes = 0;
    const auto* description =
        static_cast<const std::byte*>(pillion_model_description(model, &bytes));
    const auto columns = DecodeLayoutDescription({description, bytes});
    const auto inputs = columns ? RowLayout::Make(columns->inputs) : std::nullopt;
    const auto answers = columns ? RowLayout::Make(columns->outputs) : std::nullopt;
    if (!inputs || !answers) {
      return Fail(LoadCode::kBadSchema, url + " " + name, "the server sent no valid layout");
    }
    layout.inputs = std::make_shared<const RowLayout>(*inputs);
    layout.outputs = std::make_shared<const RowLayout>(*answers);
    return layout;
  }
};

namespace {

template <typename Connection>
class RemoteSink final : public RowSink {
 public:
  RemoteSink(const Connection& connection, const ScoreOptions& options, std::string source,
             Arena& arena, RowSink& answers)
      : connection_(connection),
        options_(options),
        source_(std::move(source)),
        arena_(arena),
        answers_(answers) {}

  Result<void> Begin(const Schema& schema) override {
    std::vector<std::string> computed;
    if (options_.select) {
      for (const std::string& name : *options_.select) {
        if (!Find(schema, name)) computed.push_back(name);
      }
    }
    // Without a computed column there is nothing to ask for, but rows are still checked.
    PILLION_ASSIGN(layout_, connection_.Bind(computed));
    PILLION_TRY(FeedFrom(schema));
    builder_.emplace(layout_.inputs);
    decoder_.emplace(*layout_.outputs);
    answer_.reset(pillion_answer_new(layout_.model.get()));
    return answers_.Begin(AnswerColumns(schema));
  }

  Result<void> Add(std::span<const Value> row) override {
    ++summary_.row_count;
    std::size_t column = kNoFeed;
    const ScoreCode code = Score(row, &column);
    if (code == ScoreCode::kSkipped) {
      ++summary_.skipped_row_count;
      arena_.Reset();
      return {};
    }
    if (IsOfServer(code)) {
      return Fail(LoadCode::kNotFound, connection_.url, std::string(Describe(code)));
    }
    if (code != ScoreCode::kOk) {
      Problem problem = ProblemOf(code, column);
      if (!options_.keep_going) return tl::unexpected(LoadError({std::move(problem)}));
      ++summary_.bad_row_count;
      if (options_.report) options_.report(problem);
      std::fill(scored_.begin(), scored_.end(), Value::Null());
    }
    cells_.clear();
    for (const auto& [from_frame, place] : sources_) {
      cells_.push_back(from_frame ? row[place] : scored_[place]);
    }
    const Result<void> added = answers_.Add(cells_);
    arena_.Reset();
    return added;
  }

  Result<void> End() override { return answers_.End(); }

  const ScoreSummary& summary() const { return summary_; }

 private:
  static constexpr std::size_t kNoFeed = static_cast<std::size_t>(-1);

  // Not the row's fault: with the next row it would be the same.
  static bool IsOfServer(ScoreCode code) {
    return code == ScoreCode::kBusy || code == ScoreCode::kDeadline ||
           code == ScoreCode::kDraining || code == ScoreCode::kServerGone;
  }

  Result<void> FeedFrom(const Schema& schema) {
    for (const Field& wanted : layout_.inputs->columns()) {
      const auto column = Find(schema, wanted.name);
      if (!column) {
        return Fail(LoadCode::kBadSchema, source_, "the column '" + wanted.name + "' is missing");
      }
      Feed feed{*column, nullptr};
      const DataType& type = schema[*column].type;
      if (NeedsCast(type, wanted.type)) {
        feed.cast = MakeCast(type, wanted.type);
        if (feed.cast == nullptr) {
          return Fail(LoadCode::kBadSchema, source_,
                      "the column '" + wanted.name + "' is " + Describe(type) + ", expected " +
                          Describe(wanted.type));
        }
      }
      feeds_.push_back(std::move(feed));
    }
    fed_.resize(feeds_.size());
    return {};
  }

  Schema AnswerColumns(const Schema& schema) {
    const Schema& outputs = layout_.outputs->columns();
    scored_.resize(outputs.size());
    Schema columns;
    const auto add = [&](bool from_frame, std::size_t place) {
      columns.push_back(from_frame ? schema[place] : outputs[place]);
      if (!from_frame && options_.keep_going) columns.back().type.nullable = true;
      sources_.emplace_back(from_frame, place);
    };
    if (!options_.select) {
      for (std::size_t i = 0; i < schema.size(); ++i) add(true, i);
      for (std::size_t i = 0; i < outputs.size(); ++i) add(false, i);
      return columns;
    }
    for (const std::string& name : *options_.select) {
      const auto given = Find(schema, name);
      add(given.has_value(), given ? *given : *Find(outputs, name));
    }
    return columns;
  }

  ScoreCode Score(std::span<const Value> row, std::size_t* column) {
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
      const ScoreCode code = Cast(feeds_[i], row[feeds_[i].column], &fed_[i]);
      if (code == ScoreCode::kOk) continue;
      *column = i;
      return code;
    }
    if (const ScoreCode code = EncodeRow(fed_, *builder_); code != ScoreCode::kOk) {
      *column = builder_->fault().column;
      return code;
    }
    const std::span<const std::byte> bytes = builder_->bytes();
    const auto code = static_cast<ScoreCode>(pillion_score_bytes(
        layout_.model.get(), PILLION_ROW, bytes.data(), bytes.size(), kTimeoutNs, answer_.get()));
    std::size_t answer_bytes = 0;
    const auto* answer =
        static_cast<const std::byte*>(pillion_answer_bytes(answer_.get(), &answer_bytes));
    if (code == ScoreCode::kOk) return ReadAnswer({answer, answer_bytes});
    ErrorDetail detail;
    if (answer_bytes >= sizeof(detail)) std::memcpy(&detail, answer, sizeof(detail));
    if (detail.column >= 0) *column = static_cast<std::size_t>(detail.column);
    return code;
  }

  ScoreCode Cast(const Feed& feed, const Value& value, Value* result) {
    if (feed.cast == nullptr) {
      *result = value;
      return ScoreCode::kOk;
    }
    Value registers[2] = {value, Value::Null()};
    constexpr std::uint32_t kSlots[2] = {0, 1};
    Arguments arguments(registers, kSlots, kSlots + 1, &arena_);
    const ScoreCode code = feed.cast->Run(arguments);
    *result = registers[1];
    return code;
  }

  ScoreCode ReadAnswer(std::span<const std::byte> bytes) {
    const ScoreCode code = decoder_->Open(RequestKind::kRow, bytes);
    return code == ScoreCode::kOk ? decoder_->Decode(0, scored_.data(), arena_) : code;
  }

  Problem ProblemOf(ScoreCode code, std::size_t column) const {
    std::string where = source_ + ": row " + std::to_string(summary_.row_count);
    const Schema& inputs = layout_.inputs->columns();
    if (column < inputs.size()) where += ", column '" + inputs[column].name + "'";
    return {LoadCode::kBadSchema, std::move(where), std::string(Describe(code))};
  }

  const Connection& connection_;
  const ScoreOptions& options_;
  std::string source_;
  Arena& arena_;
  RowSink& answers_;
  Layout layout_;
  std::vector<Feed> feeds_;  // per column of the row
  std::vector<Value> fed_;   // likewise
  std::optional<RowBuilder> builder_;
  std::optional<RowDecoder> decoder_;
  std::unique_ptr<pillion_answer, FreeAnswer> answer_;
  std::vector<Value> scored_;                          // per column of the answer
  std::vector<std::pair<bool, std::size_t>> sources_;  // written columns: of the frame or scored
  std::vector<Value> cells_;
  ScoreSummary summary_;
};

}  // namespace

RemoteModel::RemoteModel(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
RemoteModel::RemoteModel(RemoteModel&&) noexcept = default;
RemoteModel& RemoteModel::operator=(RemoteModel&&) noexcept = default;
RemoteModel::~RemoteModel() = default;

Result<RemoteModel> RemoteModel::Connect(const std::string& url, const std::string& name) {
  pillion_client* client = nullptr;
  pillion_error error{};
  if (pillion_open(url.c_str(), nullptr, &client, &error) != PILLION_OK) {
    return Fail(LoadCode::kNotFound, url, error.text);
  }
  auto connection = std::make_unique<Connection>();
  *connection = {url, name, std::unique_ptr<pillion_client, CloseClient>(client)};
  return RemoteModel(std::move(connection));
}

Result<Schema> RemoteModel::Columns() {
  Layout layout;
  PILLION_ASSIGN(layout, connection_->Bind({}));
  return layout.inputs->columns();
}

Result<ScoreSummary> RemoteModel::ScoreRows(const TableSource& source, const ScoreOptions& options,
                                            RowSink& answers) {
  Arena arena(kRowBytesMax);
  RemoteSink<Connection> sink(*connection_, options, source.name, arena, answers);
  PILLION_TRY(ReadRows(source, arena, sink));
  return sink.summary();
}

}  // namespace pillion
