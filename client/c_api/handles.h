// What the opaque handles of pillion.h are.
#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/core/bound_model.h"
#include "client/core/client_core.h"
#include "client/core/row_failure.h"
#include "client/pillion.h"
#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/row_encoder.h"

struct pillion_client {
  std::unique_ptr<pillion::ClientCore> core;
};

struct pillion_row {
  explicit pillion_row(std::shared_ptr<const pillion::BoundModel> model)
      : bound(std::move(model)), encoder(bound->rows()) {}

  pillion::Failure Fault() const { return pillion::DescribeRowFault(encoder, unknown); }

  const std::shared_ptr<const pillion::BoundModel> bound;
  pillion::RowEncoder encoder;
  std::string unknown;  // the name that the first refusal was about, where no column has it
  std::string fault;    // what pillion_row_fault() has given out
};

struct pillion_answer {
  explicit pillion_answer(std::shared_ptr<const pillion::BoundModel> model)
      : bound(std::move(model)), decoder(bound->answers()) {}

  // After a call has filled the buffer. Bytes that are no answer read as nulls.
  void Open() {
    refusal.reset();
    // The layout was given back before the request came to the server.
    if (buffer.head.code == pillion::ScoreCode::kUnknownLayout && bound->successor() != nullptr) {
      buffer.Fail(pillion::ScoreCode::kSchemaChanged);
    }
    decoder.Open(buffer.head.code == pillion::ScoreCode::kOk ? buffer.bytes()
                                                             : std::span<const std::byte>());
  }
  // The row was refused before it was sent.
  pillion::ScoreCode Refuse(pillion::Failure failure) {
    buffer.Fail(failure.code);
    Open();
    refusal = std::move(failure);
    return refusal->code;
  }
  pillion::Failure Failure() const {
    if (buffer.head.code == pillion::ScoreCode::kOk) return {pillion::ScoreCode::kOk, {}};
    if (refusal) return *refusal;
    return pillion::DescribeAnswerFault(buffer.head.code, buffer.bytes(), *bound->rows());
  }

  const std::shared_ptr<const pillion::BoundModel> bound;
  pillion::AnswerBuffer buffer;
  pillion::AnswerDecoder decoder;
  std::optional<pillion::Failure> refusal;  // by this library
  std::string stage;                        // what pillion_answer_stage() has given out
};

// Sees the columns that its model had when it was bound until a call has told that they changed.
struct pillion_model {
  pillion_model(pillion::ClientCore* client, std::shared_ptr<pillion::BoundModel> model)
      : core(client), first_(std::move(model)), bound_(first_.get()) {}

  pillion::BoundModel& bound() const { return *bound_.load(std::memory_order_acquire); }

  // False: what is given is for other columns, or the row has a fault; the answer says so.
  static bool Takes(const pillion::BoundModel& bound, pillion_answer* answer) {
    if (answer->bound->TakesRowsOf(bound) && answer->bound->AnswersLike(bound)) return true;
    answer->Refuse(Mismatch(bound, *answer->bound, "answer"));
    return false;
  }
  static bool Takes(const pillion::BoundModel& bound, const pillion_row& row,
                    pillion_answer* answer) {
    if (!Takes(bound, answer)) return false;
    if (!bound.TakesRowsOf(*row.bound)) {
      answer->Refuse(Mismatch(bound, *row.bound, "row"));
      return false;
    }
    if (row.encoder.fault().code == pillion::ScoreCode::kOk) return true;
    answer->Refuse(row.Fault());
    return false;
  }
  // After each call of `model`: what the program learns by this code.
  void Tell(const pillion::BoundModel& model, pillion::ScoreCode code) {
    if (code != pillion::ScoreCode::kSchemaChanged) return;
    pillion::BoundModel* successor = model.successor();
    if (successor == nullptr) return core->SchemaChanged(&model);
    auto* told = const_cast<pillion::BoundModel*>(&model);
    bound_.compare_exchange_strong(told, successor);
  }

  pillion::ClientCore* const core;

 private:
  static pillion::Failure Mismatch(const pillion::BoundModel& bound,
                                   const pillion::BoundModel& other, const std::string& what) {
    const std::string& name = bound.request().model;
    if (other.WasFollowedBy(bound)) {
      return {pillion::ScoreCode::kSchemaChanged,
              "the " + what + " has the columns that '" + name + "' had: make another one"};
    }
    return {pillion::ScoreCode::kWrongModel,
            "the " + what + " is of a binding of '" + other.request().model +
                "' with other columns than this one of '" + name + "'"};
  }

  const std::shared_ptr<pillion::BoundModel> first_;  // keeps all that followed
  std::atomic<pillion::BoundModel*> bound_;
};

namespace pillion {

inline pillion_code ToC(ScoreCode code) { return static_cast<pillion_code>(code); }

// Fills as much as the caller's struct has; returns the code.
pillion_code SetError(pillion_error* error, const Failure& failure);

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
