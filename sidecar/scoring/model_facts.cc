#include "sidecar/scoring/model_facts.h"

#include <optional>
#include <utility>

#include "base/json_reader.h"

namespace pillion {
namespace {

bool ReadRemover(JsonReader& json, JsonReader::Value entry, RowRemover& remover) {
  return json.ReadObject(entry, [&](std::string_view key, JsonReader::Value text) {
    if (key == "column") return json.Read(text, remover.column);
    if (key == "op") return json.Read(text, remover.op);
    return key == "name" ? json.Read(text, remover.name) : json.Skip(text);
  });
}

bool ReadModelFacts(JsonReader& json, JsonReader::Value model, ModelFacts& facts) {
  return json.ReadObject(model, [&](std::string_view key, JsonReader::Value value) {
    if (key == "name") return json.Read(value, facts.name);
    if (key == "optional_inputs") return json.Read(value, facts.optional_inputs);
    if (key != "row_removers") return json.Skip(value);
    return json.ReadArray(value, [&](JsonReader::Value entry) {
      return ReadRemover(json, entry, facts.removers.emplace_back());
    });
  });
}

// The server's list of models; absent where it gives none.
std::optional<std::string> AskForModels(pillion_client* client, std::uint64_t timeout_ns) {
  std::string models(1 << 16, '\0');
  std::size_t length = 0;
  const auto ask = [&] {
    return pillion_ask(client, "models", timeout_ns, models.data(), models.size(), &length) ==
           PILLION_OK;
  };
  if (!ask()) return std::nullopt;
  if (length >= models.size()) {
    models.resize(length + 1);
    if (!ask() || length >= models.size()) return std::nullopt;
  }
  models.resize(length);
  return models;
}

}  // namespace

ModelFacts AskForModelFacts(pillion_client* client, const std::string& model,
                            std::uint64_t timeout_ns) {
  ModelFacts found;
  const std::optional<std::string> models = AskForModels(client, timeout_ns);
  if (!models) return found;
  JsonReader json("models");
  json.ReadText("{\"models\":" + *models + "}", [&](std::string_view, JsonReader::Value list) {
    return json.ReadArray(list, [&](JsonReader::Value entry) {
      ModelFacts facts;
      const bool read = ReadModelFacts(json, entry, facts);
      if (read && facts.name == model) found = std::move(facts);
      return read;
    });
  });
  return found;
}

}  // namespace pillion
