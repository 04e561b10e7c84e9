// What the client library and the engine library, libpillion-engine, agree on: the functions that
// the second shows and the first opens at run time. They speak the bytes of PROTOCOL.md, so that in
// process the same rows are encoded, bound and answered as over a connection. No exception passes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pillion {

// Both sides have to have the same: raised with each change of what stands here.
inline constexpr std::uint32_t kEngineAbi = 1;
// The name to open, which carries the SONAME's number.
inline constexpr char kEngineLibrary[] = "libpillion-engine.so.1";
// Of a request and of an answer, as of a server's messages.
inline constexpr std::size_t kInprocBytesMax = 4U << 20;

}  // namespace pillion

extern "C" {

struct pillion_engine;         // models that were loaded
struct pillion_engine_layout;  // one of them, bound

// Takes bytes that live for the call alone.
typedef void (*pillion_engine_sink)(void* to, const void* bytes, std::size_t count);

struct pillion_engine_result {
  std::uint64_t response_bytes;  // more than there is room for: so much is needed at least
  std::uint32_t model_version;
  std::uint8_t code;  // ScoreCode, here and where a function returns one
};

std::uint32_t pillion_engine_abi(void);

// Loads a bundle, or each model of a directory, as `pillion serve` does. Where it returns another
// code than 0, a sentence goes to `sink`.
std::uint8_t pillion_engine_open(const char* path, pillion_engine** engine,
                                 pillion_engine_sink sink, void* to);
// Layouts may outlive it.
void pillion_engine_close(pillion_engine* engine);

// `request`: the body of BIND. To `sink` goes the layout description that BOUND carries, or a
// sentence. Any thread.
std::uint8_t pillion_engine_bind(pillion_engine* engine, const void* request, std::size_t bytes,
                                 pillion_engine_layout** layout, std::uint32_t* answer_bytes_max,
                                 pillion_engine_sink sink, void* to);
// No thread may be in a call of the layout.
void pillion_engine_unbind(pillion_engine_layout* layout);

// Scores a row or a batch. Any number of threads at a time, without a lock; `thread` tells them
// apart, and is best a small number. `response` begins on 8 bytes. A batch ends with kDeadline soon
// after `deadline_ns` of the monotonic clock.
void pillion_engine_score(pillion_engine_layout* layout, std::uint32_t thread, std::uint16_t kind,
                          const void* request, std::size_t bytes, std::uint64_t deadline_ns,
                          void* response, std::size_t capacity, pillion_engine_result* result);

// `request`: the body of ASK. To `sink` goes the text of TOLD.
std::uint8_t pillion_engine_ask(pillion_engine* engine, const void* request, std::size_t bytes,
                                pillion_engine_sink sink, void* to);
}
