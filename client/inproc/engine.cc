#include "client/inproc/engine.h"

#include <algorithm>

namespace pillion {
namespace {

void Append(void* to, const void* bytes, std::size_t count) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), count);
}

// Of the calling thread, from 0.
std::uint32_t ThreadNumber() noexcept {
  static std::atomic<std::uint32_t> last{0};
  static thread_local std::uint32_t number = 0;
  if (number == 0) number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number - 1;
}

Failure FailureOf(std::uint8_t code, std::string text) {
  return {static_cast<ScoreCode>(code), std::move(text)};
}

}  // namespace

ScoreCode EngineLayout::Score(RequestKind kind, std::span<const std::byte> request,
                              std::uint64_t deadline_ns, AnswerBuffer* answer) const {
  if (request.size() > kInprocBytesMax) return answer->Fail(ScoreCode::kTooLarge);
  std::span<std::byte> room = answer->Room(0);
  while (true) {
    pillion_engine_result result;
    library_.score(layout_, ThreadNumber(), static_cast<std::uint16_t>(kind), request.data(),
                   request.size(), deadline_ns, room.data(), room.size(), &result);
    const ScoreCode code{result.code};
    if (result.response_bytes <= room.size()) {
      answer->Filled({code, 0, result.model_version},
                     static_cast<std::size_t>(result.response_bytes));
      return code;
    }
    if (room.size() >= kInprocBytesMax) return answer->Fail(ScoreCode::kTooLarge);
    room = answer->Room(std::min(std::max<std::size_t>(4 * room.size(), 4096), kInprocBytesMax));
  }
}

tl::expected<std::unique_ptr<Engine>, Failure> Engine::Open(const std::string& path) {
  const auto library = EngineLibrary::Open();
  if (!library) return tl::unexpected(library.error());
  pillion_engine* engine = nullptr;
  std::string text;
  const std::uint8_t code = library->open(path.c_str(), &engine, Append, &text);
  if (code != 0) return tl::unexpected(FailureOf(code, std::move(text)));
  return std::unique_ptr<Engine>(new Engine(*library, engine));
}

tl::expected<EngineBinding, Failure> Engine::Bind(const BindRequest& request) const {
  const std::vector<std::byte> asked = EncodeBind(request);
  pillion_engine_layout* layout = nullptr;
  EngineBinding binding;
  std::string text;
  const std::uint8_t code = library_.bind(engine_, asked.data(), asked.size(), &layout,
                                          &binding.answer_bytes_max, Append, &text);
  if (code != 0) return tl::unexpected(FailureOf(code, std::move(text)));
  binding.layout = std::make_unique<EngineLayout>(library_, layout);
  auto columns = DecodeLayoutDescription(std::as_bytes(std::span(text)));
  if (!columns) {
    return tl::unexpected(
        Failure{ScoreCode::kMalformed, "the engine's description of the columns is malformed"});
  }
  binding.columns = *std::move(columns);
  return binding;
}

tl::expected<std::string, Failure> Engine::Ask(const AskRequest& request) const {
  const std::vector<std::byte> asked = EncodeAsk(request);
  std::string text;
  const std::uint8_t code = library_.ask(engine_, asked.data(), asked.size(), Append, &text);
  if (code != 0) return tl::unexpected(FailureOf(code, std::move(text)));
  return text;
}

void Engine::Count(ScoreCode code) noexcept {
  Counters& own = counters_[ThreadNumber() % counters_.size()];
  own.calls.fetch_add(1, std::memory_order_relaxed);
  if (code != ScoreCode::kOk) own.failures.fetch_add(1, std::memory_order_relaxed);
}

Engine::Counts Engine::counts() const noexcept {
  Counts sum;
  for (const Counters& own : counters_) {
    sum.calls += own.calls.load(std::memory_order_relaxed);
    sum.failures += own.failures.load(std::memory_order_relaxed);
  }
  return sum;
}

}  // namespace pillion
