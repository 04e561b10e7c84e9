#include "sidecar/http/mleap_dialect.h"

#include <optional>
#include <sstream>
#include <utility>

#include "base/json_reader.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/json_text.h"
#include "sidecar/table/leap_schema.h"
#include "sidecar/table/table.h"

namespace pillion {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBinary = "application/binary";
constexpr std::string_view kAvro = "application/avro";
constexpr std::string_view kLoaded = "default";  // what the model is served as

std::optional<TableFormat> FormatOf(std::string_view media_type) {
  if (media_type == kJson) return TableFormat::kJson;
  if (media_type == kBinary) return TableFormat::kBinary;
  if (media_type == kAvro) return TableFormat::kAvro;
  return std::nullopt;
}

// The first of what the client accepts that frames are written as. Weights are not looked at: no
// client of these servers sends any.
std::optional<TableFormat> FormatToWrite(std::string_view accept) {
  if (accept.empty()) return TableFormat::kJson;
  std::istringstream rest{std::string(accept)};
  for (std::string one; std::getline(rest, one, ',');) {
    const std::string type = MediaTypeOf(one.erase(0, one.find_first_not_of(' ')));
    if (type == "*/*" || type == "application/*" || type == kJson) return TableFormat::kJson;
    if (type == kBinary) return TableFormat::kBinary;
  }
  return std::nullopt;
}

HttpReply Done() { return {200, std::string(kJson), "{}"}; }

}  // namespace

MleapDialect::MleapDialect(const HttpServices& services, PlanCache& plans)
    : services_(services), plans_(plans) {
  routes_ = {
      {"PUT", "/model", [this](const HttpRequest& request) { return Load(request); }},
      {"DELETE", "/model", [this](const HttpRequest&) { return Unload(); }},
      {"GET", "/model", [this](const HttpRequest&) { return DescribeModel(); }},
      {"POST", "/transform", [this](const HttpRequest& request) { return Transform(request); }},
  };
}

HttpReply MleapDialect::Refuse(unsigned status, std::string_view what) const {
  return {status, "text/plain; charset=UTF-8", std::string(what)};
}

tl::expected<std::string, std::string> MleapDialect::TheModel() const {
  const auto registry = plans_.models().Now();
  if (registry->entries().contains(kLoaded)) return std::string(kLoaded);
  if (registry->entries().size() == 1) return registry->entries().begin()->first;
  std::string names;
  for (const auto& [name, entry] : registry->entries()) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return tl::unexpected(names.empty()
                            ? "no model is loaded"
                            : "these calls are for a server of one model, this one has " + names);
}

HttpReply MleapDialect::DescribeModel() const {
  const auto name = TheModel();
  if (!name) return Refuse(500, name.error());
  const auto version = plans_.models().Now()->Find(*name);
  if (!version) return Refuse(500, version.error().text);
  const auto plan = (*version)->model().Bind({});
  if (!plan) return Refuse(500, plan.error().Text());
  Schema columns = (*plan)->inputs();
  for (const Field& field : (*plan)->outputs()) columns.push_back(field);
  HttpReply reply{200, std::string(kJson), {}};
  JsonText json(reply.body, JsonStyle::kCompact);
  WriteSchemaJson(columns, json);
  return reply;
}

HttpReply MleapDialect::Load(const HttpRequest& request) const {
  if (MediaTypeOf(request.content_type) != kJson) {
    return Refuse(415, "expected {\"path\": \"...\"} of Content-Type application/json, found '" +
                           std::string(request.content_type) + "'");
  }
  std::string path;
  JsonReader json("body");
  const bool read =
      json.ReadText(request.body, [&](std::string_view member, JsonReader::Value value) {
        return member == "path" ? json.Read(value, path) : json.Skip(value);
      });
  if (!read) return Refuse(400, json.error().Text());
  if (path.empty()) return Refuse(400, "body: expected the text \"path\", found none");
  HttpReply reply;
  reply.later = [this, path](std::function<void(HttpReply)> done) {
    services_.ask_publisher([this, path, done = std::move(done)](Publisher& publisher) {
      publisher.LoadForCaller(std::string(kLoaded), path,
                              [this, done](const tl::expected<std::string, Refusal>& version) {
                                done(version ? Done() : RefuseChange(version.error()));
                              });
    });
  };
  return reply;
}

HttpReply MleapDialect::Unload() const {
  HttpReply reply;
  reply.later = [this](std::function<void(HttpReply)> done) {
    services_.ask_publisher([this, done = std::move(done)](Publisher& publisher) {
      const auto removed = publisher.RemoveForCaller(std::string(kLoaded));
      // As MLeap has it, also where nothing was loaded.
      const bool gone = removed || removed.error().code == ScoreCode::kUnknownModel;
      done(gone ? Done() : RefuseChange(removed.error()));
    });
  };
  return reply;
}

HttpReply MleapDialect::RefuseChange(const Refusal& refusal) const {
  return Refuse(refusal.code == ScoreCode::kRefused ? 403 : 500, refusal.text);
}

HttpReply MleapDialect::Transform(const HttpRequest& request) {
  const std::string type = MediaTypeOf(request.content_type);
  const auto from = FormatOf(type);
  if (!from) {
    return Refuse(415,
                  "expected a leap frame of Content-Type application/json, application/binary "
                  "or application/avro, found '" +
                      type + "'");
  }
  const auto to = FormatToWrite(request.accept);
  if (!to) {
    return Refuse(406, "frames are written as application/json or application/binary, not as " +
                           std::string(request.accept));
  }
  const auto name = TheModel();
  if (!name) return Refuse(500, name.error());
  const auto found = plans_.Find(*name, "mleap");
  if (!found) return Refuse(500, found.error().text);
  TableSource frame{"frame", request.body, *from, {}};
  frame.option_names = {"", ""};
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeTableWriter(*to, out);
  if (const auto scored = ScoreTable(*found->scorer, frame, {}, *writer); !scored) {
    // A frame that can be read is the model's to refuse.
    return Refuse(Table::Read(frame) ? 500 : 400, scored.error().Text());
  }
  HttpReply reply{200, std::string(*to == TableFormat::kJson ? kJson : kBinary),
                  std::move(out).str()};
  found->Tell(reply);
  return reply;
}

}  // namespace pillion
