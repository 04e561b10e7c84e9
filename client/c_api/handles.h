// What the opaque handles of pillion.h are.
#pragma once

#include <array>
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

struct pillion_model {
  // False: what is given is for other columns, or the row has a fault; the answer says so.
  bool Takes(pillion_answer* answer) const {
    if (answer->bound->TakesRowsOf(*bound) && answer->bound->AnswersLike(*bound)) return true;
    answer->Refuse({pillion::ScoreCode::kWrongModel,
                    "the answer is of a binding of '" + answer->bound->request().model +
                        "' with other columns than this one of '" + bound->request().model + "'"});
    return false;
  }
  bool Takes(const pillion_row& row, pillion_answer* answer) const {
    if (!Takes(answer)) return false;
    if (!bound->TakesRowsOf(*row.bound)) {
      answer->Refuse({pillion::ScoreCode::kWrongModel,
                      "the row is of a binding of '" + row.bound->request().model +
                          "' with other columns than this one of '" + bound->request().model +
                          "'"});
      return false;
    }
    if (row.encoder.fault().code == pillion::ScoreCode::kOk) return true;
    answer->Refuse(row.Fault());
    return false;
  }

  pillion::ClientCore* core = nullptr;
  std::shared_ptr<pillion::BoundModel> bound;
  std::vector<std::string> input_types;
  std::vector<std::string> output_types;
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
