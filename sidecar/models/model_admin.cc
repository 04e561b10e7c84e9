#include "sidecar/models/model_admin.h"

#include <utility>

#include "sidecar/models/models_json.h"

namespace pillion {
namespace {

Told Refused(const Refusal& refusal) { return {MessageType::kError, refusal.code, refusal.text}; }

Told Malformed(std::string text) {
  return {MessageType::kError, ScoreCode::kMalformed, std::move(text)};
}

std::string At(const std::vector<std::string>& arguments, std::size_t i) {
  return i < arguments.size() ? arguments[i] : std::string();
}

}  // namespace

void ModelAdmin::Answer(Question question, const std::vector<std::string>& arguments,
                        std::function<void(Told)> reply) {
  const std::string what = At(arguments, 0);
  const std::string label = At(arguments, 1);
  const auto done = [this, reply](const std::string& name) {
    return [this, reply, name](const tl::expected<std::string, Refusal>& version) {
      reply(version ? Model(name) : Refused(version.error()));
    };
  };
  if (!label.empty() && !ModelReference::Parse("m:" + label)) {
    return reply(Malformed("'" + label + "' is no label"));
  }
  if (question == Question::kLoad) {
    const auto model = ModelArgument::Parse(what);
    if (!model) return reply(Malformed(model.error()));
    return publisher_.Load(*model, label, done(model->name));
  }
  if (question == Question::kVersions && what.empty()) {
    return reply({MessageType::kTold, ScoreCode::kOk, ModelsJson(publisher_.registry())});
  }
  const auto reference = ModelReference::Parse(what);
  if (!reference) return reply(Malformed(reference.error()));
  switch (question) {
    case Question::kPromote: return publisher_.Promote(*reference, label, done(reference->name));
    case Question::kRollBack: return done(reference->name)(publisher_.RollBack(reference->name));
    case Question::kVersions: return reply(Model(reference->name));
    case Question::kUnload: {
      const auto removed = publisher_.Remove(*reference);
      if (!removed) return reply(Refused(removed.error()));
      const bool whole = reference->version.empty() && reference->label.empty();
      return reply(whole ? Told{MessageType::kTold, ScoreCode::kOk, "{}"} : Model(reference->name));
    }
    default: return reply({MessageType::kError, ScoreCode::kUnsupported, "an unknown question"});
  }
}

Told ModelAdmin::Model(const std::string& name) const {
  const auto entry = publisher_.registry().FindEntry(name);
  if (!entry) return Refused(entry.error());
  return {MessageType::kTold, ScoreCode::kOk, ModelJson(name, **entry)};
}

}  // namespace pillion
