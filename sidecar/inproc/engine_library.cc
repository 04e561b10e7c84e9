// The functions that libpillion-engine shows; what they mean is in schemas/inproc/engine_abi.h.
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "schemas/inproc/engine_abi.h"
#include "schemas/rows/layout_description.h"
#include "sidecar/inproc/loaded_models.h"

struct pillion_engine {
  std::unique_ptr<pillion::LoadedModels> models;
};
struct pillion_engine_layout {
  std::unique_ptr<pillion::InprocLayout> layout;
};

namespace pillion {
namespace {

constexpr std::uint64_t kTurnNs = 50'000;  // between two looks of a batch at its deadline

// Where the functions' texts go.
struct Sink {
  pillion_engine_sink write;
  void* to;

  std::uint8_t Refuse(const Refusal& refusal) const {
    write(to, refusal.text.data(), refusal.text.size());
    return static_cast<std::uint8_t>(refusal.code);
  }
};

// Runs what may allocate, and throw.
template <typename Function>
std::uint8_t Guarded(const Sink& sink, Function function) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return sink.Refuse({ScoreCode::kNoMemory, "there is no memory for it"});
  } catch (const std::exception& exception) {
    return sink.Refuse({ScoreCode::kInternal, exception.what()});
  } catch (...) {
    return sink.Refuse({ScoreCode::kInternal, "an unknown exception"});
  }
}

std::span<const std::byte> BytesAt(const void* first, std::size_t count) {
  return {static_cast<const std::byte*>(first), count};
}

// The decoder reads words.
std::span<const std::byte> Aligned(std::span<const std::byte> request, PooledWorkspace& workspace) {
  if (reinterpret_cast<std::uintptr_t>(request.data()) % 8 == 0) return request;
  workspace.request.resize((request.size() + 7) / 8);
  std::memcpy(workspace.request.data(), request.data(), request.size());
  return std::as_bytes(std::span(workspace.request)).first(request.size());
}

// Nothing: the deadline passed in the middle of a batch, whose workspace is to be thrown away.
std::optional<Scored> Score(RequestKind kind, std::span<const std::byte> request,
                            std::uint64_t deadline_ns, std::span<std::byte> response,
                            ScoreWorkspace& workspace) noexcept {
  TurnClock clock = TurnClock::Endless();
  if (kind == RequestKind::kBatch) clock.Begin(MonotonicNs(), kTurnNs);
  std::optional<Scored> scored = BeginRequest(kind, request, workspace, response, clock);
  while (!scored) {
    const std::uint64_t now_ns = clock.End();
    if (now_ns >= deadline_ns) return std::nullopt;
    clock.Begin(now_ns, kTurnNs);
    scored = ContinueRequest(workspace, clock);
  }
  return scored;
}

}  // namespace
}  // namespace pillion

using pillion::Guarded;
using pillion::Refusal;
using pillion::ScoreCode;
using pillion::Sink;

extern "C" {

std::uint32_t pillion_engine_abi(void) { return pillion::kEngineAbi; }

std::uint8_t pillion_engine_open(const char* path, pillion_engine** engine,
                                 pillion_engine_sink write, void* to) {
  const Sink sink{write, to};
  return Guarded(sink, [&]() -> std::uint8_t {
    auto models = pillion::LoadedModels::Load(path);
    if (!models) return sink.Refuse(models.error());
    *engine = new pillion_engine{*std::move(models)};
    return 0;
  });
}

void pillion_engine_close(pillion_engine* engine) { delete engine; }

std::uint8_t pillion_engine_bind(pillion_engine* engine, const void* request, std::size_t bytes,
                                 pillion_engine_layout** layout, std::uint32_t* answer_bytes_max,
                                 pillion_engine_sink write, void* to) {
  const Sink sink{write, to};
  return Guarded(sink, [&]() -> std::uint8_t {
    const auto asked = pillion::DecodeBind(pillion::BytesAt(request, bytes));
    if (!asked) return sink.Refuse({ScoreCode::kMalformed, "BIND is malformed"});
    auto bound = engine->models->Bind(*asked);
    if (!bound) return sink.Refuse(bound.error());
    *answer_bytes_max = (*bound)->plan->answer_bytes_max;
    const auto description = pillion::EncodeLayoutDescription((*bound)->plan->columns);
    *layout = new pillion_engine_layout{*std::move(bound)};
    sink.write(sink.to, description.data(), description.size());
    return 0;
  });
}

void pillion_engine_unbind(pillion_engine_layout* layout) { delete layout; }

void pillion_engine_score(pillion_engine_layout* bound, std::uint32_t thread, std::uint16_t kind,
                          const void* request, std::size_t bytes, std::uint64_t deadline_ns,
                          void* response, std::size_t capacity, pillion_engine_result* result) {
  pillion::InprocLayout& layout = *bound->layout;
  *result = {0, layout.version->number(), static_cast<std::uint8_t>(ScoreCode::kNoMemory)};
  try {
    auto workspace = layout.workspaces.Take(thread);
    const auto scored =
        pillion::Score(static_cast<pillion::RequestKind>(kind),
                       pillion::Aligned(pillion::BytesAt(request, bytes), *workspace), deadline_ns,
                       {static_cast<std::byte*>(response), capacity}, workspace->score);
    if (!scored) {
      result->code = static_cast<std::uint8_t>(ScoreCode::kDeadline);
      return;
    }
    result->code = static_cast<std::uint8_t>(scored->code);
    result->response_bytes = scored->response_bytes;
    layout.workspaces.Return(thread, std::move(workspace));
  } catch (const std::bad_alloc&) {  // for a workspace
  } catch (...) {
    result->code = static_cast<std::uint8_t>(ScoreCode::kInternal);
  }
}

std::uint8_t pillion_engine_ask(pillion_engine* engine, const void* request, std::size_t bytes,
                                pillion_engine_sink write, void* to) {
  const Sink sink{write, to};
  return Guarded(sink, [&]() -> std::uint8_t {
    const auto asked = pillion::DecodeAsk(pillion::BytesAt(request, bytes));
    if (!asked) return sink.Refuse({ScoreCode::kMalformed, "ASK is malformed"});
    const auto told = engine->models->Ask(*asked);
    if (!told) return sink.Refuse(told.error());
    sink.write(sink.to, told->data(), told->size());
    return 0;
  });
}

}  // extern "C"
