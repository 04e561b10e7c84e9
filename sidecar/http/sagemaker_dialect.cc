#include "sidecar/http/sagemaker_dialect.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>

#include "base/quote.h"
#include "engine/java/number.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

constexpr std::string_view kCsv = "text/csv";
constexpr std::string_view kLines = "application/jsonlines";
constexpr std::string_view kText = "application/jsonlines;data=text";
constexpr std::string_view kJson = "application/json";
// What the container of AWS says: a batch transform sends one record a request.
constexpr int kPayloadMegabytesMax = 5;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

template <typename T>
std::string JavaText(const T& x) {
  if constexpr (std::is_same_v<T, bool>) {
    return x ? "true" : "false";
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return std::string(x);
  } else {
    using Wide = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
    char text[kJavaNumberBytesMax];
    return {text, FormatJavaNumber(static_cast<Wide>(x), text)};
  }
}

// The elements of a list or of a vector, sparse or not.
std::vector<std::string> Elements(const Value& value, const DataType& type) {
  return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
    std::vector<std::string> texts;
    const std::span<const T> stored = value.Elements<T>();
    if (value.sparse) {
      texts.assign(static_cast<std::size_t>(value.size), JavaText(T{}));
      for (std::size_t i = 0; i < stored.size(); ++i) {
        texts[static_cast<std::size_t>(value.indices[i])] = JavaText(stored[i]);
      }
    } else {
      for (const T& element : stored) texts.push_back(JavaText(element));
    }
    return texts;
  });
}

std::string Joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) text += between;
    text += part;
  }
  return text;
}

// Takes the one column that is wanted, row by row.
class OutputColumn final : public RowSink {
 public:
  enum class Lists { kPlain, kFeatures, kSource };

  explicit OutputColumn(Lists lists) : lists_(lists) {}

  Result<void> Begin(const TableHead& head) override {
    type_ = head.columns.front().type;
    const bool is_vector = type_.shape == Shape::kList || type_.shape == Shape::kTensor;
    if (type_.shape == Shape::kScalar || is_vector) return {};
    return Fail(LoadCode::kBadSchema, "output",
                "a map cannot be sent; name another output in the schema");
  }
  Result<void> Add(std::span<const Value> row) override {
    const Value& value = row.front();
    if (value.null) {
      rows_.emplace_back();
    } else if (type_.shape == Shape::kScalar) {
      rows_.push_back(WithElementType(type_.base, [&]<typename T>(std::type_identity<T>) {
        if constexpr (std::is_same_v<T, std::string_view>) return std::string(value.text);
        return JavaText(value.As<T>());
      }));
    } else {
      AddList(Elements(value, type_));
    }
    return {};
  }
  Result<void> End() override { return {}; }

  std::vector<std::string> TakeRows() { return std::move(rows_); }

 private:
  void AddList(const std::vector<std::string>& elements) {
    if (lists_ == Lists::kPlain) return rows_.push_back(Joined(elements, ","));
    std::string& text = rows_.emplace_back();
    JsonText json(text, JsonStyle::kCompact);
    json.BeginObject();
    json.Key(lists_ == Lists::kFeatures ? "features" : "source");
    if (lists_ == Lists::kSource) {
      json.String(Joined(elements, " "));
    } else {
      json.BeginArray();
      for (const std::string& element : elements) {
        json.Element();
        IsText(type_.base) ? json.String(element) : json.Raw(element);
      }
      json.EndArray();
    }
    json.EndObject();
  }

  const Lists lists_;
  DataType type_;
  std::vector<std::string> rows_;
};

// The lines of a text, without those that are empty.
std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// A JSON object without schema, given one. Its last member counts, so that a null may stand there.
std::string WithSchema(std::string_view body, std::string_view schema) {
  return std::string(body.substr(0, body.rfind('}'))) + ",\"schema\":" + std::string(schema) + "}";
}

}  // namespace

SageMakerDialect::SageMakerDialect(const HttpServices& services, PlanCache& plans)
    : services_(services),
      plans_(plans),
      environment_schema_(Environment("SAGEMAKER_SPARKML_SCHEMA")),
      environment_accept_(Environment("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT")) {
  routes_ = {
      {"GET", "/ping", [this](const HttpRequest&) { return Ping(); }},
      {"GET", "/execution-parameters",
       [](const HttpRequest&) {
         // One thread answers HTTP.
         return HttpReply{200, std::string(kJson),
                          R"({"MaxConcurrentTransforms":1,"BatchStrategy":"SINGLE_RECORD",)"
                          R"("MaxPayloadInMB":)" +
                              std::to_string(kPayloadMegabytesMax) + "}"};
       }},
      {"POST", "/invocations", [this](const HttpRequest& request) { return Invoke(request); }},
  };
}

HttpReply SageMakerDialect::Refuse(unsigned status, std::string_view what) const {
  return {status, "text/plain; charset=utf-8", std::string(what)};
}

HttpReply SageMakerDialect::Ping() const {
  const bool ready = !services_.draining.load() && services_.models.Now()->Ready();
  return {ready ? 200u : 503u, "", ""};
}

tl::expected<SageMakerDialect::Form, std::string> SageMakerDialect::FormOf(
    const HttpRequest& request) const {
  std::string accept(request.accept);
  if (accept.empty() || accept == "*/*") accept = environment_accept_;
  std::erase(accept, ' ');
  if (accept.empty() || accept == kCsv) return Form::kCsv;
  if (accept == kLines) return Form::kLines;
  if (accept == kText) return Form::kText;
  return tl::unexpected("expected Accept to be " + std::string(kCsv) + ", " + std::string(kLines) +
                        " or " + std::string(kText) + ", found " + Quote(accept));
}

tl::expected<SageMakerSchema, std::string> SageMakerDialect::SchemaFor(
    const PlanCache::Found& found) const {
  const Schema& made = found.scorer->model_outputs();
  const bool predicts =
      std::ranges::any_of(made, [](const Field& field) { return field.name == "prediction"; });
  const std::string output = predicts || made.empty() ? "prediction" : made.back().name;
  if (!environment_schema_.empty()) {
    auto schema = SageMakerSchema::Parse(environment_schema_);
    if (!schema) return tl::unexpected("SAGEMAKER_SPARKML_SCHEMA: " + schema.error());
    if (schema->output.empty()) schema->output = output;
    return schema;
  }
  auto inputs = found.scorer->InputsFor({output});
  if (!inputs) return tl::unexpected(inputs.error().Text());
  // The bundle's own: a split's key is in those that a request or the environment says.
  std::erase_if(*inputs, [&](const Field& input) {
    const Schema& own = found.version->model().inputs();
    return std::ranges::find(own, input.name, &Field::name) == own.end();
  });
  return SageMakerSchema::Of(*inputs, output);
}

tl::expected<std::vector<std::string>, std::string> SageMakerDialect::Score(
    const PlanCache::Found& found, const HttpRequest& request, Form form) {
  const auto known = SchemaFor(found);
  if (!known) return tl::unexpected(known.error());
  OutputColumn output(form == Form::kCsv     ? OutputColumn::Lists::kPlain
                      : form == Form::kLines ? OutputColumn::Lists::kFeatures
                                             : OutputColumn::Lists::kSource);
  std::string removed;
  const auto score = [&](TableSource source, const std::string& wanted) {
    source.option_names = {"", ""};
    ScoreOptions options;
    options.select = {wanted};
    options.skipped = [&](std::uint64_t, const std::string& stage) { removed = stage; };
    const auto summary = ScoreTable(*found.scorer, source, options, output);
    return summary ? std::string() : summary.error().Text();
  };
  std::string problem;
  if (MediaTypeOf(request.content_type) == kCsv) {
    TableSource source{"body", request.body, TableFormat::kCsv, {}};
    source.csv.delimiter = ',';
    source.csv.header = known->inputs;
    problem = score(source, known->output);
  } else {
    const bool lines = MediaTypeOf(request.content_type) == kLines;
    const std::vector<std::string_view> texts =
        lines ? LinesOf(request.body) : std::vector<std::string_view>{request.body};
    for (std::size_t i = 0; i < texts.size() && problem.empty(); ++i) {
      const std::string name = lines ? "line " + std::to_string(i + 1) : "body";
      const auto body = SageMakerBody::Parse(texts[i]);
      if (!body) return tl::unexpected(body.error());
      std::string wanted = known->output;
      std::string text(texts[i]);
      if (!body->schema) {
        text = WithSchema(text, known->text);
      } else if (!body->schema->output.empty()) {
        wanted = body->schema->output;
      }
      problem = score({name, text, TableFormat::kJsonLines, {}}, wanted);
    }
  }
  if (!problem.empty()) return tl::unexpected(problem);
  if (!removed.empty()) return tl::unexpected("the row was removed by " + removed);
  return output.TakeRows();
}

HttpReply SageMakerDialect::Invoke(const HttpRequest& request) {
  const std::string type = MediaTypeOf(request.content_type);
  if (type != kCsv && type != kJson && type != kLines) {
    return Refuse(415, "expected the Content-Type " + std::string(kCsv) + ", " +
                           std::string(kJson) + " or " + std::string(kLines) + ", found " +
                           Quote(type));
  }
  if (request.body.empty()) return {204, "", ""};
  const auto form = FormOf(request);
  if (!form) return Refuse(400, form.error());
  const auto registry = services_.models.Now();
  if (registry->entries().size() != 1) {
    return Refuse(400, "expected one model, found " + std::to_string(registry->entries().size()) +
                           "; serve that one alone where SageMaker asks");
  }
  const auto found = plans_.Find(registry->entries().begin()->first, "sagemaker");
  if (!found) return Refuse(503, found.error().text);
  const auto rows = Score(*found, request, *form);
  if (!rows) return Refuse(400, rows.error());
  HttpReply reply{200, std::string(*form == Form::kCsv ? kCsv : kLines), Joined(*rows, "\n")};
  found->Tell(reply);
  return reply;
}

}  // namespace pillion
