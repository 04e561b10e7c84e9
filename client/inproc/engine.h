// The third way to a model, beside ring and socket: the engine in this process. Nothing is shared
// with another one, so a child of fork() may go on.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "client/connection/answer_buffer.h"
#include "client/connection/options.h"
#include "client/inproc/engine_library.h"
#include "schemas/rows/layout_description.h"
#include "schemas/socket/message.h"

namespace pillion {

// A model of an engine, bound. Outlives the engine.
class EngineLayout {
 public:
  EngineLayout(const EngineLibrary& library, pillion_engine_layout* layout)
      : library_(library), layout_(layout) {}
  ~EngineLayout() { library_.unbind(layout_); }
  EngineLayout(const EngineLayout&) = delete;
  EngineLayout& operator=(const EngineLayout&) = delete;

  // Any number of threads at a time, without a lock; allocates only for what is new to a thread, or
  // longer than all before.
  ScoreCode Score(RequestKind kind, std::span<const std::byte> request, std::uint64_t deadline_ns,
                  AnswerBuffer* answer) const;

 private:
  const EngineLibrary library_;
  pillion_engine_layout* const layout_;
};

struct EngineBinding {
  std::unique_ptr<EngineLayout> layout;
  std::uint32_t answer_bytes_max = kAnswerBytesUnbounded;
  LayoutDescription columns;
};

class Engine {
 public:
  // Loads what lies there: a bundle or a directory of models. A code with a sentence else.
  static tl::expected<std::unique_ptr<Engine>, Failure> Open(const std::string& path);
  ~Engine() { library_.close(engine_); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  tl::expected<EngineBinding, Failure> Bind(const BindRequest& request) const;
  tl::expected<std::string, Failure> Ask(const AskRequest& request) const;

  // Of calls for rows. Threads that call at once write none of each other's cache lines.
  void Count(ScoreCode code) noexcept;
  struct Counts {
    std::uint64_t calls = 0;
    std::uint64_t failures = 0;  // with another code than kOk
  };
  Counts counts() const noexcept;

 private:
  struct alignas(64) Counters {
    std::atomic<std::uint64_t> calls{0};
    std::atomic<std::uint64_t> failures{0};
  };

  Engine(const EngineLibrary& library, pillion_engine* engine)
      : library_(library), engine_(engine) {}

  const EngineLibrary library_;
  pillion_engine* const engine_;
  std::array<Counters, 64> counters_;  // [thread's number, from 0 again after the last]
};

}  // namespace pillion
