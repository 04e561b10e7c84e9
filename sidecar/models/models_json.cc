#include "sidecar/models/models_json.h"

#include "sidecar/models/rfc3339.h"
#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

void Text(JsonText& json, const char* key, const std::string& text) {
  json.Key(key);
  json.String(text);
}

void TextOrNull(JsonText& json, const char* key, const std::string& text) {
  json.Key(key);
  text.empty() ? json.Null() : json.String(text);
}

void Number(JsonText& json, const char* key, std::size_t number) {
  json.Key(key);
  json.Number(static_cast<std::int64_t>(number));
}

void WriteColumn(JsonText& json, const RowRemover& remover) {
  json.Element();
  json.BeginObject();
  Text(json, "column", remover.column);
  Text(json, "op", remover.op);
  Text(json, "name", remover.name);
  json.EndObject();
}

// Of the version that answers under the name.
void WriteFacts(JsonText& json, const ServedVersion& version) {
  const Model& model = version.model();
  Number(json, "version", version.number());
  Text(json, "path", version.path().string());
  Text(json, "content_sha256", model.content_hash().Hex());
  Number(json, "input_columns", model.inputs().size());
  Number(json, "output_columns", model.outputs().size());
  Number(json, "stages", model.stages().size());
  json.Key("optional_inputs");
  json.BeginArray();
  for (const std::string& input : model.OptionalInputs()) {
    json.Element();
    json.String(input);
  }
  json.EndArray();
  json.Key("row_removers");
  json.BeginArray();
  for (const RowRemover& remover : version.RowRemovers()) WriteColumn(json, remover);
  json.EndArray();
  Number(json, "bundle_bytes", model.bundle_bytes());
  Number(json, "row_bytes_min", version.row_bytes_min());
  json.Key("certificate");
  version.certificate() ? WriteCertificate(*version.certificate(), json) : json.Null();
}

void WriteVersion(JsonText& json, const std::string& id, const ModelRegistry::Version& version) {
  json.Element();
  json.BeginObject();
  Text(json, "version", id);
  Text(json, "path", version.path.string());
  json.Key("number");
  version.loaded ? json.Number(std::int64_t{version.loaded->number()}) : json.Null();
  TextOrNull(json, "valid_until", version.valid_until ? Rfc3339(*version.valid_until) : "");
  TextOrNull(json, "on_expiry", version.valid_until ? NameOf(version.on_expiry) : "");
  json.Key("expired");
  json.Boolean(version.expired);
  json.EndObject();
}

void WriteSplit(JsonText& json, const Split& split) {
  json.BeginObject();
  Text(json, "key", split.key());
  Text(json, "salt", split.salt());
  json.Key("arms");
  json.BeginArray();
  for (const Split::Arm& arm : split.arms()) {
    json.Element();
    json.BeginObject();
    Text(json, "arm", arm.name);
    Number(json, "weight", arm.weight);
    TextOrNull(json, "version", arm.version);
    TextOrNull(json, "failure", arm.failure);
    Number(json, "rows", arm.rows->value());
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteColumn(JsonText& json, const ShadowCounts::Column& column) {
  json.Element();
  json.BeginObject();
  Text(json, "column", column.name);
  Number(json, "rows", column.rows.value());
  Number(json, "changed", column.changed.value());
  json.Key("sum");
  json.Number(column.sum.load(std::memory_order_relaxed));
  // [[bound, rows up to it, but above the one before], ...], of those that have any.
  json.Key("differences");
  json.BeginArray();
  for (std::size_t i = 0; i < column.differences.size(); ++i) {
    if (column.differences[i].value() == 0) continue;
    json.Element();
    json.BeginArray();
    json.Element();
    i < ShadowCounts::kBounds.size() ? json.Number(ShadowCounts::kBounds[i]) : json.Null();
    json.Element();
    json.Number(static_cast<std::int64_t>(column.differences[i].value()));
    json.EndArray();
  }
  json.EndArray();
  json.EndObject();
}

void WriteShadow(JsonText& json, const Shadow& shadow) {
  json.BeginObject();
  TextOrNull(json, "version", shadow.version);
  json.Key("sample");
  json.Number(shadow.sample);
  TextOrNull(json, "failure", shadow.failure);
  Number(json, "rows", shadow.counts->rows.value());
  Number(json, "failed", shadow.counts->failed.value());
  Number(json, "dropped", shadow.counts->dropped.load(std::memory_order_relaxed));
  json.Key("columns");
  json.BeginArray();
  for (const auto& column : shadow.counts->columns) WriteColumn(json, *column);
  json.EndArray();
  json.EndObject();
}

void Write(JsonText& json, const std::string& name, const ModelRegistry::Entry& entry) {
  json.BeginObject();
  Text(json, "name", name);
  TextOrNull(json, "published", entry.published);
  TextOrNull(json, "previous", entry.previous);
  json.Key("labels");
  json.BeginObject();
  for (const auto& [label, version] : entry.labels) Text(json, label.c_str(), version);
  json.EndObject();
  json.Key("versions");
  json.BeginArray();
  for (const auto& [id, version] : entry.versions) WriteVersion(json, id, version);
  json.EndArray();
  TextOrNull(json, "failure", entry.failure);
  TextOrNull(json, "config_failure", entry.ConfigFailure());
  json.Key("split");
  entry.split ? WriteSplit(json, *entry.split) : json.Null();
  json.Key("shadow");
  entry.shadow ? WriteShadow(json, *entry.shadow) : json.Null();
  if (const auto* published = entry.Find(entry.published)) WriteFacts(json, *published->loaded);
  json.EndObject();
}

}  // namespace

std::string ModelsJson(const ModelRegistry& registry) {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  json.BeginArray();
  for (const auto& [name, entry] : registry.entries()) {
    json.Element();
    Write(json, name, entry);
  }
  json.EndArray();
  return text;
}

std::string ModelJson(const std::string& name, const ModelRegistry::Entry& entry) {
  std::string text;
  JsonText json(text, JsonStyle::kCompact);
  Write(json, name, entry);
  return text;
}

}  // namespace pillion
