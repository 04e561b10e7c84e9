#include "sidecar/http/v2_dialect.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/json_reader.h"
#include "base/quote.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "sidecar/http/v2_output.h"
#include "sidecar/models/model_reference.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBytes = "application/octet-stream";
constexpr std::string_view kJsonBytes = "Inference-Header-Content-Length";
constexpr std::size_t kRowBytesMaxInMemory = std::size_t{1} << 30;

// "house", "house:canary" or "house" with a version in the path.
std::string ReferenceOf(const HttpRequest& request) {
  const std::string& model = request.names.front();
  return request.names.size() < 2 ? model : model + "@" + request.names[1];
}

std::string NameOf(const HttpRequest& request) {
  const std::string& model = request.names.front();
  return model.substr(0, model.find_first_of("@:"));
}

void WriteTensors(const Schema& columns, JsonText& json) {
  json.BeginArray();
  for (const Field& field : columns) {
    const auto shape = V2ShapeOf(field.type);
    if (!shape) continue;
    json.Element();
    json.BeginObject();
    json.Key("name");
    json.String(field.name);
    json.Key("datatype");
    json.String(V2NameOf(field.type.base));
    json.Key("shape");
    json.BeginArray();
    for (const std::int64_t size : *shape) {
      json.Element();
      json.Number(size);
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

void Text(JsonText& json, std::string_view key, std::string_view text) {
  json.Key(key);
  json.String(text);
}

// Without names in the request: what has one size in every row.
bool IsByDefault(const DataType& type) {
  return type.shape == Shape::kScalar || type.shape == Shape::kTensor;
}

class Collector final : public RowSink {
 public:
  explicit Collector(std::vector<V2Output>* outputs) : outputs_(outputs) {}

  Result<void> Begin(const TableHead& head) override {
    for (const Field& field : head.columns) outputs_->emplace_back(field);
    return {};
  }
  Result<void> Add(std::span<const Value> row) override {
    ++row_count_;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (auto added = (*outputs_)[i].Add(row[i], row_count_, &room_); !added) {
        return Fail(LoadCode::kBadSchema, "", added.error());
      }
    }
    return {};
  }
  Result<void> End() override { return {}; }

 private:
  std::vector<V2Output>* outputs_;
  std::size_t row_count_ = 0;
  std::size_t room_ = kV2ElementsMax;
};

unsigned StatusOf(const Refusal& refusal) {
  return refusal.code == ScoreCode::kUnknownModel ? 404 : 400;
}

}  // namespace

struct V2Dialect::Answers {
  std::vector<V2Output> outputs;
  std::vector<bool> binary;  // [output]
  std::size_t row_count = 0;
};

V2Dialect::V2Dialect(const HttpServices& services, PlanCache& plans)
    : services_(services), plans_(plans) {
  const auto ready = [this](const HttpRequest& request) { return ModelReady(request); };
  const auto describe = [this](const HttpRequest& request) { return DescribeModel(request); };
  const auto infer = [this](const HttpRequest& request) { return Infer(request); };
  const auto statistics = [this](const HttpRequest& request) { return Statistics(request); };
  routes_ = {
      {"GET", "/v2", [this](const HttpRequest&) { return DescribeServer(); }},
      {"GET", "/v2/health/live",
       [](const HttpRequest&) {
         return HttpReply{200, "", ""};
       }},
      {"GET", "/v2/health/ready", [this](const HttpRequest&) { return Ready(); }},
      {"GET", "/v2/models/stats", statistics},
      {"GET", "/v2/models/{model}", describe},
      {"GET", "/v2/models/{model}/versions/{version}", describe},
      {"GET", "/v2/models/{model}/ready", ready},
      {"GET", "/v2/models/{model}/versions/{version}/ready", ready},
      {"GET", "/v2/models/{model}/stats", statistics},
      {"GET", "/v2/models/{model}/versions/{version}/stats", statistics},
      {"POST", "/v2/models/{model}/infer", infer},
      {"POST", "/v2/models/{model}/versions/{version}/infer", infer},
      {"POST", "/v2/repository/index",
       [this](const HttpRequest& request) { return Index(request); }},
      {"POST", "/v2/repository/models/{model}/load",
       [this](const HttpRequest& request) { return LoadModel(request); }},
      {"POST", "/v2/repository/models/{model}/unload",
       [this](const HttpRequest& request) { return UnloadModel(request); }},
  };
}

HttpReply V2Dialect::Refuse(unsigned status, std::string_view what) const {
  HttpReply reply{status, std::string(kJson), {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  json.BeginObject();
  Text(json, "error", what);
  json.EndObject();
  return reply;
}

HttpReply V2Dialect::Ready() const {
  const bool ready = !services_.draining.load() && services_.models.Now()->Ready();
  return {ready ? 200u : 503u, "", ""};
}

HttpReply V2Dialect::ModelReady(const HttpRequest& request) const {
  const auto registry = services_.models.Now();
  const auto entry = registry->FindEntry(NameOf(request));
  if (!entry) return {404, "", ""};
  const auto reference = ModelReference::Parse(ReferenceOf(request));
  const auto id = reference ? registry->VersionOf(*reference) : std::string();
  const ModelRegistry::Version* const version = (*entry)->Find(id.value_or(""));
  const bool ready = version != nullptr && version->loaded != nullptr && version->IsReady();
  return {ready && !services_.draining.load() ? 200u : 503u, "", ""};
}

HttpReply V2Dialect::DescribeServer() const {
  return {200, std::string(kJson),
          R"({"name":"pillion","version":")" PILLION_VERSION
          R"(","extensions":["binary_tensor_data","model_repository","statistics"]})"};
}

HttpReply V2Dialect::DescribeModel(const HttpRequest& request) const {
  const auto registry = services_.models.Now();
  const auto version = registry->Find(ReferenceOf(request));
  if (!version) return Refuse(404, version.error().text);
  HttpReply reply{200, std::string(kJson), {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  json.BeginObject();
  Text(json, "name", NameOf(request));
  json.Key("versions");
  json.BeginArray();
  for (const auto& [id, known] : (*registry->FindEntry(NameOf(request)))->versions) {
    json.Element();
    json.String(id);
  }
  json.EndArray();
  Text(json, "platform", "pillion");
  json.Key("inputs");
  WriteTensors((*version)->model().inputs(), json);
  json.Key("outputs");
  WriteTensors((*version)->model().outputs(), json);
  json.EndObject();
  return reply;
}

HttpReply V2Dialect::Infer(const HttpRequest& request) {
  using Clock = V2Statistics::Clock;
  const Clock::time_point begun = Clock::now();
  const std::string encoding(request.header("Content-Encoding"));
  if (!IsUtf8(encoding) || !IsUtf8(request.header(kJsonBytes))) {
    return Refuse(400, "expected UTF-8 in the headers, found other bytes");
  }
  if (!encoding.empty() && encoding != "identity") {
    return Refuse(415, "expected a body without Content-Encoding, found " + Quote(encoding));
  }
  const auto registry = services_.models.Now();
  const std::string reference = ReferenceOf(request);
  const auto parsed = ModelReference::Parse(reference);
  if (!parsed) return Refuse(404, parsed.error());
  const auto version = registry->VersionOf(*parsed);
  if (!version) return Refuse(StatusOf(version.error()), version.error().text);
  const auto refuse = [&](unsigned status, std::string_view what) {
    statistics_.Failed(parsed->name, *version, Clock::now() - begun);
    return Refuse(status, what);
  };
  const auto read = V2Request::Read(request.body, request.header(kJsonBytes));
  if (!read) return refuse(400, read.error());
  std::string kind = "v2";
  for (const V2Request::Output& output : read->outputs) kind.append("\n").append(output.name);
  const auto found = plans_.Find(reference, kind);
  if (!found) return refuse(StatusOf(found.error()), found.error().text);
  const Clock::time_point scoring = Clock::now();
  const auto answers = Score(*found->scorer, *read);
  if (!answers) return refuse(400, answers.error());
  const Clock::time_point scored = Clock::now();

  HttpReply reply{200, std::string(kJson), {}};
  std::string bytes;
  bool has_bytes = false;
  JsonText json(reply.body, JsonStyle::kCompact, JsonNonFinite::kNamed);
  json.BeginObject();
  Text(json, "model_name", parsed->name);
  Text(json, "model_version", found->Versions());
  if (read->id) Text(json, "id", *read->id);
  json.Key("outputs");
  json.BeginArray();
  for (std::size_t i = 0; i < answers->outputs.size(); ++i) {
    json.Element();
    json.BeginObject();
    has_bytes = has_bytes || answers->binary[i];
    const auto written = answers->outputs[i].Write(json, answers->binary[i] ? &bytes : nullptr);
    if (!written) return refuse(400, written.error());
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  if (has_bytes) {
    reply.content_type = kBytes;
    reply.headers.emplace_back(kJsonBytes, std::to_string(reply.body.size()));
    reply.body += bytes;
  }
  found->Tell(reply);
  statistics_.Answered(parsed->name, *version, answers->row_count,
                       {scoring - begun, scored - scoring, Clock::now() - scored});
  return reply;
}

tl::expected<V2Dialect::Answers, std::string> V2Dialect::Score(RowScorer& scorer,
                                                               const V2Request& request) const {
  const Schema& made = scorer.model_outputs();
  Answers answers;
  ScoreOptions options;
  options.select.emplace();
  for (const V2Request::Output& output : request.outputs) {
    const auto field = std::ranges::find(made, output.name, &Field::name);
    if (field == made.end()) {
      return tl::unexpected("the model makes no output " + Quote(output.name) +
                            DidYouMean(output.name, made, &Field::name));
    }
    if (!V2ShapeOf(field->type)) {
      return tl::unexpected("output " + Quote(output.name) + " is a map, which no tensor can hold");
    }
    options.select->push_back(output.name);
    answers.binary.push_back(output.binary.value_or(request.binary));
  }
  for (const Field& field : request.outputs.empty() ? made : Schema()) {
    if (!IsByDefault(field.type)) continue;
    options.select->push_back(field.name);
    answers.binary.push_back(request.binary);
  }
  const auto wanted = scorer.InputsFor(*options.select);
  if (!wanted) return tl::unexpected(wanted.error().Text());

  std::vector<V2Column> columns;
  Schema given;
  for (const V2Input& input : request.inputs) {
    const auto field = std::ranges::find(*wanted, input.name, &Field::name);
    if (field == wanted->end()) {
      return tl::unexpected("the model needs no input " + Quote(input.name) +
                            DidYouMean(input.name, *wanted, &Field::name));
    }
    if (std::ranges::find(given, input.name, &Field::name) != given.end()) {
      return tl::unexpected("input " + Quote(input.name) + " is sent twice");
    }
    auto column = V2Column::Read(input, field->type);
    if (!column) return tl::unexpected(column.error());
    if (!columns.empty() && column->row_count() != columns.front().row_count()) {
      return tl::unexpected("input " + Quote(input.name) + " has " +
                            std::to_string(column->row_count()) + " rows, " +
                            Quote(request.inputs.front().name) + " has " +
                            std::to_string(columns.front().row_count()));
    }
    given.push_back(column->field());
    columns.push_back(*std::move(column));
  }
  answers.row_count = columns.front().row_count();

  std::string removed;
  options.skipped = [&](std::uint64_t row, const std::string& stage) {
    if (removed.empty()) removed = "row " + std::to_string(row) + " was removed by " + stage;
  };
  Collector collector(&answers.outputs);
  TableSource source{"inputs", {}, TableFormat::kJson, {}};
  source.option_names = {"", ""};
  const auto push = [&](RowSink& rows) -> Result<void> {
    PILLION_TRY(rows.Begin(TableHead(given)));
    Arena arena(kRowBytesMaxInMemory);
    std::vector<Value> row(columns.size());
    for (std::size_t i = 0; i < answers.row_count; ++i) {
      for (std::size_t j = 0; j < columns.size(); ++j) row[j] = columns[j].Row(i, arena);
      PILLION_TRY(rows.Add(row));
      arena.Reset();
    }
    return rows.End();
  };
  const auto summary = ScoreRows(scorer, source, push, options, collector);
  if (!summary) {
    const Problem& problem = summary.error().problems.front();
    return tl::unexpected((problem.where.empty() ? "" : problem.where + ": ") + problem.what);
  }
  if (!removed.empty()) return tl::unexpected(removed);
  return answers;
}

HttpReply V2Dialect::Statistics(const HttpRequest& request) const {
  const auto registry = services_.models.Now();
  HttpReply reply{200, std::string(kJson), {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  json.BeginObject();
  json.Key("model_stats");
  json.BeginArray();
  if (!request.names.empty()) {
    const std::string reference = ReferenceOf(request);
    const auto parsed = ModelReference::Parse(reference);
    if (!parsed) return Refuse(404, parsed.error());
    const auto version = registry->VersionOf(*parsed);
    if (!version) return Refuse(StatusOf(version.error()), version.error().text);
    json.Element();
    statistics_.Write(parsed->name, *version, json);
  } else {
    for (const auto& [name, entry] : registry->entries()) {
      for (const auto& [id, version] : entry.versions) {
        if (version.loaded == nullptr) continue;
        json.Element();
        statistics_.Write(name, id, json);
      }
    }
  }
  json.EndArray();
  json.EndObject();
  return reply;
}

HttpReply V2Dialect::Index(const HttpRequest& request) const {
  bool only_ready = false;
  JsonReader body("body");
  const bool read = request.body.empty() ||
                    body.ReadText(request.body, [&](std::string_view key, JsonReader::Value value) {
                      return key == "ready" ? body.Read(value, only_ready) : body.Skip(value);
                    });
  if (!read) return Refuse(400, body.error().Text());
  const auto registry = services_.models.Now();
  HttpReply reply{200, std::string(kJson), {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  json.BeginArray();
  const auto write = [&](const std::string& name, const std::string& version,
                         const std::string& reason, bool ready) {
    if (only_ready && !ready) return;
    json.Element();
    json.BeginObject();
    Text(json, "name", name);
    Text(json, "version", version);
    Text(json, "state", ready ? "READY" : "UNAVAILABLE");
    Text(json, "reason", reason);
    json.EndObject();
  };
  for (const auto& [name, entry] : registry->entries()) {
    for (const auto& [id, version] : entry.versions) {
      const bool ready = version.loaded != nullptr;
      write(name, id, ready ? "" : "not loaded", ready);
    }
    if (entry.versions.empty()) write(name, "", entry.failure, false);
  }
  json.EndArray();
  return reply;
}

// The directory of models is the repository, and is loaded as it changes: what is there answers, or
// there is a reason why it does not.
HttpReply V2Dialect::LoadModel(const HttpRequest& request) const {
  const auto entry = services_.models.Now()->FindEntry(request.names.front());
  if (!entry) {
    return Refuse(404, entry.error().text + "; put it into the directory of --models");
  }
  if ((*entry)->published.empty()) return Refuse(400, (*entry)->failure);
  return {200, "", ""};
}

HttpReply V2Dialect::UnloadModel(const HttpRequest& request) const {
  HttpReply reply;
  reply.later = [this, name = request.names.front()](std::function<void(HttpReply)> done) {
    services_.ask_publisher([this, name, done = std::move(done)](Publisher& publisher) {
      const auto removed = publisher.RemoveForCaller(name);
      done(removed ? HttpReply{200, "", ""}
                   : Refuse(StatusOf(removed.error()), removed.error().text));
    });
  };
  return reply;
}

}  // namespace pillion
