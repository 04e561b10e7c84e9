#include "sidecar/config/config_text.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <vector>

#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

using Kind = Setting::Kind;

std::string Flow(const YAML::Node& node) {
  YAML::Emitter out;
  out.SetMapFormat(YAML::Flow);
  out.SetSeqFormat(YAML::Flow);
  out << node;
  return out.c_str();
}

// "tcp:127.0.0.1:80=score,health" as two keys.
YAML::Node ItemNode(const Setting& setting, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  YAML::Node node;
  node[setting.item_keys->first] = text.substr(0, equals);
  YAML::Node words(YAML::NodeType::Sequence);
  for (std::size_t at = equals; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at + 1), text.size());
    words.push_back(text.substr(at + 1, comma - at - 1));
    at = comma;
  }
  node[setting.item_keys->second] = words;
  return node;
}

std::string ValueText(const Setting& setting) {
  if (!setting.IsList()) return Flow(YAML::Node(setting.values.front()));
  if (setting.kind == Kind::kNamedIntegers) {
    YAML::Node names(YAML::NodeType::Map);
    for (const std::string& value : setting.values) {
      const std::size_t equals = value.rfind('=');
      names.force_insert(value.substr(0, equals), value.substr(equals + 1));
    }
    return Flow(names);
  }
  YAML::Node list(YAML::NodeType::Sequence);
  for (const std::string& value : setting.values) {
    list.push_back(setting.item_keys ? ItemNode(setting, value) : YAML::Node(value));
  }
  return Flow(list);
}

std::string SourceText(std::string_view file, const Setting& setting) {
  switch (setting.source) {
    case Setting::Source::kFile: return fmt::format("{}:{}", file, setting.line);
    case Setting::Source::kVariable: return setting.variable;
    case Setting::Source::kCommandLine: return setting.option;
    case Setting::Source::kDefault: break;
  }
  return "default";
}

// "limits.clients" as "limits" and "clients"; "workers" as "" and "workers".
std::pair<std::string, std::string> Split(const std::string& key) {
  const std::size_t dot = key.find('.');
  if (dot == key.npos) return {"", key};
  return {key.substr(0, dot), key.substr(dot + 1)};
}

// Settings by their group, groups in the order of their first key.
std::vector<std::pair<std::string, std::vector<const Setting*>>> Groups(const Settings& settings) {
  std::vector<std::pair<std::string, std::vector<const Setting*>>> groups = {{"", {}}};
  for (const Setting& setting : settings) {
    if (setting.key.empty()) continue;
    const std::string group = Split(setting.key).first;
    auto it = groups.begin();
    while (it != groups.end() && it->first != group) ++it;
    if (it == groups.end()) it = groups.insert(it, {group, {}});
    it->second.push_back(&setting);
  }
  return groups;
}

class SchemaWriter {
 public:
  std::string Write(const Settings& settings) && {
    json_.BeginObject();
    Text("$schema", "https://json-schema.org/draft/2020-12/schema");
    Text("title", "pillion.yaml, the configuration of pillion serve");
    const auto groups = Groups(settings);
    BeginMapping();
    for (const Setting* const setting : groups.front().second) Property(*setting);
    for (std::size_t i = 1; i < groups.size(); ++i) {
      json_.Key(groups[i].first);
      json_.BeginObject();
      BeginMapping();
      for (const Setting* const setting : groups[i].second) Property(*setting);
      EndMapping();
      json_.EndObject();
    }
    EndMapping();
    json_.EndObject();
    return std::move(text_) + "\n";
  }

 private:
  void Text(std::string_view key, std::string_view value) {
    json_.Key(key);
    json_.String(value);
  }

  void BeginMapping() {
    Text("type", "object");
    json_.Key("additionalProperties");
    json_.Boolean(false);
    json_.Key("properties");
    json_.BeginObject();
  }
  void EndMapping() { json_.EndObject(); }

  void Property(const Setting& setting) {
    json_.Key(Split(setting.key).second);
    json_.BeginObject();
    Text("description", setting.help);
    if (setting.kind == Kind::kNamedIntegers) {
      Text("type", "object");
      json_.Key("additionalProperties");
      json_.BeginObject();
      Scalar(setting);
      json_.EndObject();
    } else if (setting.IsList()) {
      Text("type", "array");
      json_.Key("items");
      json_.BeginObject();
      setting.item_keys ? Item(setting) : Scalar(setting);
      json_.EndObject();
    } else {
      Scalar(setting);
    }
    json_.EndObject();
  }

  void Scalar(const Setting& setting) {
    switch (setting.kind) {
      case Kind::kInteger:
      case Kind::kIntegers:
      case Kind::kNamedIntegers: Text("type", "integer"); break;
      case Kind::kNumber: Text("type", "number"); break;
      case Kind::kFlag: Text("type", "boolean"); break;
      case Kind::kText:
      case Kind::kTexts: Text("type", "string"); break;
    }
    if (setting.range) {
      json_.Key("minimum");
      json_.Raw(fmt::format("{}", setting.range->first));
      json_.Key("maximum");
      json_.Raw(fmt::format("{}", setting.range->second));
    }
    if (!setting.words.empty()) Words(setting.words);
  }

  void Words(const std::vector<std::string>& words) {
    json_.Key("enum");
    json_.BeginArray();
    for (const std::string& word : words) {
      json_.Element();
      json_.String(word);
    }
    json_.EndArray();
  }

  void Item(const Setting& setting) {
    const auto& [place, words] = *setting.item_keys;
    json_.Key("required");
    json_.BeginArray();
    for (const std::string& key : {place, words}) {
      json_.Element();
      json_.String(key);
    }
    json_.EndArray();
    BeginMapping();
    json_.Key(place);
    json_.BeginObject();
    Text("type", "string");
    json_.EndObject();
    json_.Key(words);
    json_.BeginObject();
    Text("type", "array");
    json_.Key("items");
    json_.BeginObject();
    Text("type", "string");
    if (!setting.words.empty()) Words(setting.words);
    json_.EndObject();
    json_.EndObject();
    EndMapping();
  }

  std::string text_;
  JsonText json_{text_, JsonStyle::kPretty};
};

}  // namespace

std::string ConfigText(std::string_view file, const Settings& settings) {
  std::string text;
  for (const auto& [group, members] : Groups(settings)) {
    bool begun = group.empty();
    for (const Setting* const setting : members) {
      if (setting->values.empty()) continue;
      if (!begun) text += group + ":\n";
      begun = true;
      text += fmt::format("{}{}: {}  # {}\n", group.empty() ? "" : "  ", Split(setting->key).second,
                          ValueText(*setting), SourceText(file, *setting));
    }
  }
  return text;
}

std::string ConfigSchema(const Settings& settings) { return SchemaWriter().Write(settings); }

}  // namespace pillion
