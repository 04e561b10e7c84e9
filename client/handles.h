// What the opaque handles of pillion.h are.
#pragma once

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "client/bound_model.h"
#include "client/client_core.h"
#include "client/pillion.h"
#include "client/queue.h"
#include "schemas/answer_reader.h"
#include "schemas/row_builder.h"

struct pillion_client {
  std::unique_ptr<pillion::ClientCore> core;
};

struct pillion_model {
  pillion::ClientCore* core = nullptr;
  std::shared_ptr<pillion::BoundModel> bound;
  std::vector<std::string> input_types;
  std::vector<std::string> output_types;
};

struct pillion_row {
  explicit pillion_row(std::shared_ptr<const pillion::RowLayout> layout)
      : builder(std::move(layout)) {}

  pillion::RowBuilder builder;
  std::string fault;
};

struct pillion_answer {
  explicit pillion_answer(std::shared_ptr<const pillion::RowLayout> layout)
      : reader(std::move(layout)) {}

  // After a call has filled the buffer. Bytes that are no answer read as nulls.
  void Open() {
    reader.Open(buffer.head.code == pillion::ScoreCode::kOk ? buffer.bytes()
                                                            : std::span<const std::byte>());
  }

  pillion::AnswerBuffer buffer;
  pillion::AnswerReader reader;
};

struct pillion_queue {
  explicit pillion_queue(pillion::ClientCore* core) : queue(core) {}

  pillion::Queue queue;
  std::vector<pillion::Completion> completions;
};

namespace pillion {

inline pillion_code ToC(ScoreCode code) { return static_cast<pillion_code>(code); }

void SetError(pillion_error* error, const Failure& failure);

// Runs what may allocate or start a thread; nothing is thrown across the C interface.
template <typename Function>
pillion_code Guarded(pillion_error* error, Function function) {
  try {
    return function();
  } catch (const std::exception& exception) {
    SetError(error, {ScoreCode::kInternal, exception.what()});
  } catch (...) {
    SetError(error, {ScoreCode::kInternal, "an unknown exception"});
  }
  return PILLION_INTERNAL;
}

}  // namespace pillion
