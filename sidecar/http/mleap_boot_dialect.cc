#include "sidecar/http/mleap_boot_dialect.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/base64.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/table.h"

namespace pillion {
namespace {

constexpr std::string_view kJson = "application/json";

HttpReply Json(unsigned status, std::string body) {
  return {status, "application/json;charset=UTF-8", std::move(body)};
}

bool Accepts(std::string_view accept) {
  if (accept.empty()) return true;
  std::istringstream rest{std::string(accept)};
  for (std::string one; std::getline(rest, one, ',');) {
    const std::string type = MediaTypeOf(one.erase(0, one.find_first_not_of(' ')));
    if (type == "*/*" || type == "application/*" || type == kJson) return true;
  }
  return false;
}

// "file:/m.zip", "file:///m.zip", "jar:file:/m.zip" and "/m.zip" -> "/m.zip"; other schemes: none.
std::optional<std::string> PathOf(std::string_view uri) {
  if (uri.starts_with("jar:")) uri.remove_prefix(4);
  if (!uri.starts_with("file:")) {
    if (uri.empty() || uri.find(':') < uri.find('/')) return std::nullopt;
    return std::string(uri);
  }
  uri.remove_prefix(5);
  if (uri.starts_with("//")) uri.remove_prefix(2);
  return PercentDecoded(uri);
}

std::string UriOf(const ModelRegistry::Entry& entry) {
  const ModelRegistry::Version* const version = entry.Find(entry.published);
  return version == nullptr ? std::string() : "file:" + version->path.string();
}

bool IsName(const std::string& text) {
  const auto reference = ModelReference::Parse(text);
  return reference && reference->name == text && text.find('/') == text.npos;
}

std::optional<TableFormat> FormatOf(std::string_view format) {
  if (format == "ml.combust.mleap.json") return TableFormat::kJson;
  if (format == "ml.combust.mleap.binary") return TableFormat::kBinary;
  return std::nullopt;
}

}  // namespace

MleapBootDialect::MleapBootDialect(const HttpServices& services, PlanCache& plans)
    : services_(services), plans_(plans) {
  routes_ = {
      {"POST", "/models", [this](const HttpRequest& request) { return Load(request); }},
      {"GET", "/models/{model}",
       [this](const HttpRequest& request) { return Describe(request, false); }},
      {"GET", "/models/{model}/meta",
       [this](const HttpRequest& request) { return Describe(request, true); }},
      {"DELETE", "/models/{model}", [this](const HttpRequest& request) { return Unload(request); }},
      {"POST", "/models/{model}/transform",
       [this](const HttpRequest& request) { return Transform(request); }},
      {"POST", "/models/transform",
       [this](const HttpRequest& request) { return TransformEnvelope(request); }},
      {"GET", "/actuator/health",
       [this](const HttpRequest&) {
         const bool up = !services_.draining.load();
         return HttpReply{up ? 200U : 503U, "application/vnd.spring-boot.actuator.v3+json",
                          up ? R"({"status":"UP"})" : R"({"status":"OUT_OF_SERVICE"})"};
       }},
  };
}

HttpReply MleapBootDialect::Refuse(unsigned status, std::string_view what) const {
  return {status, "text/plain;charset=UTF-8", std::string(what)};
}

std::optional<HttpReply> MleapBootDialect::RefuseTypes(const HttpRequest& request) const {
  if (request.method == "POST" && MediaTypeOf(request.content_type) != kJson) {
    return Refuse(415, "expected the Content-Type application/json, found '" +
                           std::string(request.content_type) + "'");
  }
  if (!Accepts(request.accept)) {
    return Refuse(406, "answers are application/json, not " + std::string(request.accept));
  }
  if (request.method == "POST" && request.body.empty()) {
    return Refuse(400, "expected a body, found none");
  }
  return std::nullopt;
}

HttpReply MleapBootDialect::Load(const HttpRequest& request) const {
  if (auto refused = RefuseTypes(request)) return *std::move(refused);
  auto load = BootLoadRequest::Parse(request.body);
  if (!load) return Refuse(400, load.error());
  if (!IsName(load->name)) return Refuse(400, "'" + load->name + "' is no name of a model");
  auto path = PathOf(load->uri);
  if (!path) {
    return Refuse(400, "uri: expected file: and a path below the directory of models, found '" +
                           load->uri + "'");
  }
  HttpReply reply;
  reply.later = [this, load = *std::move(load), path = *std::move(path)](auto done) {
    services_.ask_publisher([this, load, path, done](Publisher& publisher) {
      if (!load.force && publisher.registry().FindEntry(load.name)) {
        return done(
            Refuse(400, "a model named '" + load.name + "' is there; \"force\": true replaces it"));
      }
      publisher.LoadForCaller(
          load.name, path, [this, load, done](const tl::expected<std::string, Refusal>& version) {
            if (version) return done(Json(202, BootModelJson(load.name, load.uri, load.config)));
            const bool forbidden = version.error().code == ScoreCode::kRefused;
            done(Refuse(forbidden ? 403 : 400, version.error().text));
          });
    });
  };
  return reply;
}

HttpReply MleapBootDialect::Unload(const HttpRequest& request) const {
  HttpReply reply;
  reply.later = [this, name = request.names.front()](auto done) {
    services_.ask_publisher([this, name, done](Publisher& publisher) {
      const auto entry = publisher.registry().FindEntry(name);
      if (!entry) return done(Refuse(404, entry.error().text));
      const std::string uri = UriOf(**entry);
      if (const auto removed = publisher.RemoveForCaller(name); !removed) {
        return done(Refuse(403, removed.error().text));
      }
      done(Json(200, BootModelJson(name, uri, {})));
    });
  };
  return reply;
}

HttpReply MleapBootDialect::Describe(const HttpRequest& request, bool meta) const {
  if (auto refused = RefuseTypes(request)) return *std::move(refused);
  const std::string& name = request.names.front();
  const auto registry = plans_.models().Now();
  if (meta) {
    const auto version = registry->Find(name);
    if (!version) return Refuse(404, version.error().text);
    return Json(200, BootMetaJson((*version)->model()));
  }
  const auto entry = registry->FindEntry(name);
  if (!entry) return Refuse(404, entry.error().text);
  return Json(200, BootModelJson(name, UriOf(**entry), {}));
}

HttpReply MleapBootDialect::Transform(const HttpRequest& request) {
  if (auto refused = RefuseTypes(request)) return *std::move(refused);
  BootTransformRequest whole;
  whole.model = request.names.front();
  auto frame = Score(whole, TableFormat::kJson, request.body);
  return Json(200, frame ? *std::move(frame) : BootErrorJson(frame.error()));
}

HttpReply MleapBootDialect::TransformEnvelope(const HttpRequest& request) {
  if (auto refused = RefuseTypes(request)) return *std::move(refused);
  const auto envelope = BootTransformRequest::Parse(request.body);
  if (!envelope) return Refuse(400, envelope.error());
  const auto format = FormatOf(envelope->format);
  if (!format) {
    return Refuse(500,
                  "format: expected ml.combust.mleap.json or ml.combust.mleap.binary, found '" +
                      envelope->format + "'");
  }
  const auto frame = DecodeBase64(envelope->frame);
  if (!frame) return Refuse(500, "frame: expected base64");
  const auto scored = Score(*envelope, *format, *frame);
  return Json(200, BootTransformJson(envelope->tag, scored ? *scored : std::string(),
                                     scored ? std::string() : scored.error()));
}

tl::expected<std::string, std::string> MleapBootDialect::Score(const BootTransformRequest& request,
                                                               TableFormat format,
                                                               std::string_view frame) {
  const auto found = plans_.Find(request.model, "mleap-boot");
  if (!found) {
    return tl::unexpected("NotFoundException: no model with name " + request.model);
  }
  TableSource source{"frame", frame, format, {}};
  source.option_names = {"", ""};
  ScoreOptions options;
  options.select = request.select;
  if (request.select && request.relaxed) {
    const auto table = Table::Read(source);
    if (!table) return tl::unexpected(table.error().Text());
    const Schema& made = found->scorer->model_outputs();
    std::erase_if(*options.select, [&](const std::string& name) {
      return std::ranges::find(made, name, &Field::name) == made.end() &&
             std::ranges::find(table->schema(), name, &Field::name) == table->schema().end();
    });
  }
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeTableWriter(format, out);
  if (const auto scored = ScoreTable(*found->scorer, source, options, *writer); !scored) {
    return tl::unexpected(scored.error().Text());
  }
  std::string answer = std::move(out).str();
  if (format == TableFormat::kJson) answer.pop_back();  // the end of the line, which MLeap has not
  return answer;
}

}  // namespace pillion
