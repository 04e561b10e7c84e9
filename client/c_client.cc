// The C interface: clients, models, scoring.
#include <algorithm>
#include <cstring>

#include "client/handles.h"

namespace pillion {
namespace {

constexpr std::size_t kRowsAtATime = 256;  // of pillion_score_each(), which needs room for each

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
  return options;
}

std::vector<std::string> DescribeTypes(const RowLayout& layout) {
  std::vector<std::string> types;
  for (const Field& field : layout.columns()) types.push_back(Describe(field.type));
  return types;
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

}  // namespace

void SetError(pillion_error* error, const Failure& failure) {
  if (error == nullptr) return;
  error->code = ToC(failure.code);
  const std::size_t length = std::min(failure.text.size(), sizeof(error->text) - 1);
  std::memcpy(error->text, failure.text.data(), length);
  error->text[length] = 0;
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
      SetError(error, {ScoreCode::kUnsupported, "a URL is shm:PATH or unix:PATH"});
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
  switch (client->core->transport()) {
    case pillion::ClientCore::Transport::kSharedMemory: return "shm";
    case pillion::ClientCore::Transport::kSocket: return "unix";
    case pillion::ClientCore::Transport::kNone: break;
  }
  return "";
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
  full.size = std::min(stats->size, sizeof(full));
  std::memcpy(stats, &full, full.size);
  return PILLION_OK;
}

pillion_code pillion_ask(pillion_client* client, const char* question, uint64_t timeout_ns,
                         char* text, size_t capacity, size_t* length) {
  return Guarded(nullptr, [&]() -> pillion_code {
    const std::string_view name = question;
    pillion::Question asked = pillion::Question::kStatus;
    if (name == "ready") {
      asked = pillion::Question::kReady;
    } else if (name == "models") {
      asked = pillion::Question::kModels;
    } else if (name != "status") {
      return PILLION_UNSUPPORTED;
    }
    const auto told = client->core->Ask(asked, timeout_ns);
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
  return Guarded(error, [&]() -> pillion_code {
    *model = nullptr;
    pillion::BindRequest request{name, {outputs, outputs + output_count}};
    auto bound = client->core->Bind(std::move(request), timeout_ns);
    if (!bound) {
      SetError(error, bound.error());
      return ToC(bound.error().code);
    }
    auto handle = std::make_unique<pillion_model>();
    handle->core = client->core.get();
    handle->input_types = pillion::DescribeTypes(*(*bound)->rows());
    handle->output_types = pillion::DescribeTypes(*(*bound)->answers());
    handle->bound = std::move(*bound);
    *model = handle.release();
    return PILLION_OK;
  });
}

void pillion_model_free(pillion_model* model) {
  if (model == nullptr) return;
  Guarded(nullptr, [&]() -> pillion_code {
    model->core->Unbind(model->bound);
    return PILLION_OK;
  });
  delete model;
}

size_t pillion_input_count(const pillion_model* model) { return model->bound->rows()->size(); }
size_t pillion_output_count(const pillion_model* model) { return model->bound->answers()->size(); }
const char* pillion_input_name(const pillion_model* model, size_t column) {
  return pillion::NameAt(*model->bound->rows(), column);
}
const char* pillion_input_type(const pillion_model* model, size_t column) {
  return pillion::TextAt(model->input_types, column);
}
const char* pillion_output_name(const pillion_model* model, size_t column) {
  return pillion::NameAt(*model->bound->answers(), column);
}
const char* pillion_output_type(const pillion_model* model, size_t column) {
  return pillion::TextAt(model->output_types, column);
}
const void* pillion_model_description(const pillion_model* model, size_t* bytes) {
  *bytes = model->bound->description().size();
  return model->bound->description().data();
}
int32_t pillion_find_input(const pillion_model* model, const char* name) {
  return pillion::IndexOf(*model->bound->rows(), name);
}
int32_t pillion_find_output(const pillion_model* model, const char* name) {
  return pillion::IndexOf(*model->bound->answers(), name);
}

pillion_code pillion_score(pillion_model* model, const pillion_row* row, uint64_t timeout_ns,
                           pillion_answer* answer) {
  const ScoreCode fault = row->builder.fault().code;
  if (fault != ScoreCode::kOk) {
    answer->buffer.Fail(fault);
    answer->Open();
    return ToC(fault);
  }
  const auto bytes = row->builder.bytes();
  return pillion_score_bytes(model, PILLION_ROW, bytes.data(), bytes.size(), timeout_ns, answer);
}

pillion_code pillion_score_bytes(pillion_model* model, pillion_kind kind, const void* request,
                                 size_t bytes, uint64_t timeout_ns, pillion_answer* answer) {
  return Guarded(nullptr, [&]() -> pillion_code {
    const ScoreCode code = model->core->Score(
        *model->bound, static_cast<pillion::RequestKind>(kind),
        {static_cast<const std::byte*>(request), bytes}, timeout_ns, &answer->buffer);
    answer->Open();
    return ToC(code);
  });
}

size_t pillion_score_each(pillion_model* model, const pillion_row* const* rows, size_t count,
                          uint64_t timeout_ns, pillion_answer* const* answers) {
  const std::uint64_t deadline_ns = pillion::DeadlineAfter(pillion::MonotonicNs(), timeout_ns);
  std::array<std::span<const std::byte>, pillion::kRowsAtATime> requests;
  std::array<pillion::AnswerBuffer*, pillion::kRowsAtATime> buffers;
  std::size_t ok = 0;
  for (std::size_t begin = 0; begin < count;) {
    std::size_t taken = 0;
    for (; begin < count && taken < requests.size(); ++begin) {
      const ScoreCode fault = rows[begin]->builder.fault().code;
      answers[begin]->buffer.Fail(fault);
      if (fault != ScoreCode::kOk) continue;
      requests[taken] = rows[begin]->builder.bytes();
      buffers[taken++] = &answers[begin]->buffer;
    }
    Guarded(nullptr, [&]() -> pillion_code {
      const std::uint64_t now_ns = pillion::MonotonicNs();
      const std::uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
      ok += model->core->ScoreEach(*model->bound, std::span(requests).first(taken), left_ns,
                                   std::span<pillion::AnswerBuffer* const>(buffers).first(taken));
      return PILLION_OK;
    });
  }
  for (std::size_t i = 0; i < count; ++i) answers[i]->Open();
  return ok;
}

}  // extern "C"
