// The C interface: clients and models.
#include <algorithm>
#include <cstring>

#include "client/c_api/handles.h"

namespace pillion {
namespace {

// Members that an older program does not know keep their defaults.
pillion_options CompleteOptions(const pillion_options* given) {
  pillion_options options = PILLION_OPTIONS_INIT;
  if (given != nullptr) std::memcpy(&options, given, std::min(given->size, sizeof(options)));
  return options;
}

ClientOptions ToOptions(const pillion_options& given) {
  ClientOptions options;
  options.geometry = {given.lanes, given.request_slot_bytes, given.answer_slot_bytes};
  options.connect_later = given.connect_later != 0;
  options.connect_ns_max = given.connect_timeout_ns;
  options.spin_ns = given.spin_ns;
  options.lanes_max = std::clamp(given.lanes_max, given.lanes, pillion::kLanesMax);
  return options;
}

const char* NameOf(ClientCore::Transport transport) {
  switch (transport) {
    case ClientCore::Transport::kSharedMemory: return "shm";
    case ClientCore::Transport::kSocket: return "unix";
    case ClientCore::Transport::kInProcess: return "inproc";
    case ClientCore::Transport::kNone: break;
  }
  return "";
}

const char* NameAt(const RowLayout& layout, std::size_t column) {
  return column < layout.size() ? layout.columns()[column].name.c_str() : nullptr;
}

const char* TextAt(const std::vector<std::string>& texts, std::size_t column) {
  return column < texts.size() ? texts[column].c_str() : nullptr;
}

std::int32_t IndexOf(const RowLayout& layout, const char* name) {
  const auto found = layout.Find(name);
  return found ? static_cast<std::int32_t>(*found) : -1;
}

std::optional<Question> QuestionOf(std::string_view name) {
  constexpr std::pair<std::string_view, Question> kQuestions[] = {
      {"status", Question::kStatus},     {"ready", Question::kReady},
      {"models", Question::kModels},     {"load", Question::kLoad},
      {"unload", Question::kUnload},     {"promote", Question::kPromote},
      {"rollback", Question::kRollBack}, {"versions", Question::kVersions}};
  for (const auto& [known, question] : kQuestions) {
    if (known == name) return question;
  }
  return std::nullopt;
}

// Cut before the character that does not fit.
template <std::size_t capacity>
void CopyText(const std::string& text, char (&to)[capacity]) {
  std::size_t length = std::min(text.size(), capacity - 1);
  const auto continues = [&] { return (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80; };
  while (length != 0 && length < text.size() && continues()) --length;
  std::memcpy(to, text.data(), length);
  to[length] = 0;
}

pillion_code Bind(pillion_client* client, BindRequest request, std::uint64_t timeout_ns,
                  pillion_model** model, pillion_error* error) {
  *model = nullptr;
  auto bound = client->core->Bind(std::move(request), timeout_ns);
  if (!bound) {
    SetError(error, bound.error());
    return ToC(bound.error().code);
  }
  *model = new pillion_model(client->core.get(), std::move(*bound));
  return PILLION_OK;
}

}  // namespace

pillion_code SetError(pillion_error* error, const Failure& failure) {
  const pillion_code code = ToC(failure.code);
  if (error == nullptr) return code;
  pillion_error full = PILLION_ERROR_INIT;
  if (error->size != 0) full.size = std::min(error->size, sizeof(full));
  full.code = code;
  full.row = failure.row;
  full.column = failure.column;
  CopyText(failure.column_name, full.column_name);
  CopyText(failure.stage, full.stage);
  CopyText(failure.text, full.text);
  std::memcpy(error, &full, full.size);
  return code;
}

}  // namespace pillion

using pillion::Guarded;
using pillion::ScoreCode;
using pillion::SetError;
using pillion::ToC;

extern "C" {

const char* pillion_code_name(pillion_code code) {
  return pillion::Name(static_cast<ScoreCode>(code)).data();
}

const char* pillion_code_text(pillion_code code) {
  return pillion::Describe(static_cast<ScoreCode>(code)).data();
}

pillion_code pillion_open(const char* url, const pillion_options* options, pillion_client** client,
                          pillion_error* error) {
  return Guarded(error, [&]() -> pillion_code {
    *client = nullptr;
    const auto endpoint = pillion::ParseUrl(url);
    if (!endpoint) {
      SetError(error,
               {ScoreCode::kUnsupported,
                "a URL is shm:PATH or unix:PATH of a server's socket, or inproc:PATH of a model"});
      return PILLION_UNSUPPORTED;
    }
    const auto wanted = pillion::ToOptions(pillion::CompleteOptions(options));
    if (!wanted.geometry.Valid()) {
      SetError(error, {ScoreCode::kUnsupported,
                       "1 to 64 lanes, slots of 128 to 65536 bytes in steps of 128"});
      return PILLION_UNSUPPORTED;
    }
    auto core = pillion::ClientCore::Open(*endpoint, wanted);
    if (!core) {
      SetError(error, core.error());
      return ToC(core.error().code);
    }
    *client = new pillion_client{std::move(*core)};
    return PILLION_OK;
  });
}

void pillion_close(pillion_client* client) {
  if (client != nullptr && client->core->forked()) {
    client->core->CloseInChild();
    return;
  }
  delete client;
}

const char* pillion_transport(const pillion_client* client) {
  return pillion::NameOf(client->core->transport());
}

pillion_code pillion_get_stats(const pillion_client* client, pillion_stats* stats) {
  pillion_stats full = PILLION_STATS_INIT;
  for (const auto& lane : client->core->lanes().lanes()) {
    full.ring_calls += lane->counters.calls.value();
    full.ring_failures += lane->counters.failures.value();
    full.ring_deadlines += lane->counters.deadlines.value();
    full.sleeps += lane->counters.sleeps.value();
    full.kicks += lane->counters.kicks.value();
  }
  const pillion::SharedCounters& counters = client->core->counters();
  full.socket_calls = counters.socket_calls.load(std::memory_order_relaxed);
  full.socket_failures = counters.socket_failures.load(std::memory_order_relaxed);
  full.unconnected = counters.unconnected.load(std::memory_order_relaxed);
  full.connects = counters.connects.load(std::memory_order_relaxed);
  full.socket_deadlines = counters.socket_deadlines.load(std::memory_order_relaxed);
  full.socket_overflows = counters.socket_overflows.load(std::memory_order_relaxed);
  full.lane_waits = client->core->lanes().waits();
  full.lane_deadlines = counters.lane_deadlines.load(std::memory_order_relaxed);
  const pillion::Geometry geometry = client->core->geometry();
  full.lanes = geometry.lane_count;
  full.request_slot_bytes = geometry.request_slot_bytes;
  full.answer_slot_bytes = geometry.answer_slot_bytes;
  if (const pillion::Engine* const engine = client->core->engine(); engine != nullptr) {
    const pillion::Engine::Counts counts = engine->counts();
    full.inproc_calls = counts.calls;
    full.inproc_failures = counts.failures;
  }
  full.size = std::min(stats->size, sizeof(full));
  std::memcpy(stats, &full, full.size);
  return PILLION_OK;
}

pillion_code pillion_ask(pillion_client* client, const char* question, uint64_t timeout_ns,
                         char* text, size_t capacity, size_t* length) {
  return pillion_ask_with(client, question, nullptr, 0, timeout_ns, text, capacity, length);
}

pillion_code pillion_ask_with(pillion_client* client, const char* question,
                              const char* const* arguments, size_t count, uint64_t timeout_ns,
                              char* text, size_t capacity, size_t* length) {
  return Guarded(nullptr, [&]() -> pillion_code {
    const auto asked = pillion::QuestionOf(question);
    if (!asked) return PILLION_UNSUPPORTED;
    const auto told = client->core->Ask({*asked, {arguments, arguments + count}}, timeout_ns);
    const std::string& answer = told ? *told : told.error().text;
    if (length != nullptr) *length = answer.size();
    if (capacity != 0) {
      const std::size_t copied = std::min(answer.size(), capacity - 1);
      std::memcpy(text, answer.data(), copied);
      text[copied] = 0;
    }
    return ToC(told ? ScoreCode::kOk : told.error().code);
  });
}

pillion_code pillion_bind(pillion_client* client, const char* name, const char* const* outputs,
                          size_t output_count, uint64_t timeout_ns, pillion_model** model,
                          pillion_error* error) {
  return Guarded(error, [&] {
    return pillion::Bind(client, {name, {outputs, outputs + output_count}}, timeout_ns, model,
                         error);
  });
}

pillion_code pillion_bind_without(pillion_client* client, const char* name,
                                  const char* const* absent, size_t absent_count,
                                  const char* const* outputs, size_t output_count,
                                  uint64_t timeout_ns, pillion_model** model,
                                  pillion_error* error) {
  return Guarded(error, [&] {
    pillion::BindRequest request{name, {outputs, outputs + output_count}};
    request.absent.assign(absent, absent + absent_count);
    return pillion::Bind(client, std::move(request), timeout_ns, model, error);
  });
}

void pillion_model_free(pillion_model* model) {
  if (model == nullptr) return;
  Guarded(nullptr, [&]() -> pillion_code {
    model->core->Unbind(model->bound().shared_from_this());
    return PILLION_OK;
  });
  delete model;
}

const char* pillion_model_transport(const pillion_model* model) {
  return pillion::NameOf(model->core->transport(model->bound()));
}

size_t pillion_input_count(const pillion_model* model) { return model->bound().rows()->size(); }
size_t pillion_output_count(const pillion_model* model) { return model->bound().answers()->size(); }
const char* pillion_input_name(const pillion_model* model, size_t column) {
  return pillion::NameAt(*model->bound().rows(), column);
}
const char* pillion_input_type(const pillion_model* model, size_t column) {
  return pillion::TextAt(model->bound().row_types(), column);
}
const char* pillion_output_name(const pillion_model* model, size_t column) {
  return pillion::NameAt(*model->bound().answers(), column);
}
const char* pillion_output_type(const pillion_model* model, size_t column) {
  return pillion::TextAt(model->bound().answer_types(), column);
}
const void* pillion_model_description(const pillion_model* model, size_t* bytes) {
  *bytes = model->bound().description().size();
  return model->bound().description().data();
}
int32_t pillion_find_input(const pillion_model* model, const char* name) {
  return pillion::IndexOf(*model->bound().rows(), name);
}
int32_t pillion_find_output(const pillion_model* model, const char* name) {
  return pillion::IndexOf(*model->bound().answers(), name);
}

}  // extern "C"
