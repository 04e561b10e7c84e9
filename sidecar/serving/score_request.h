// The waist of the house: request bytes in, response bytes out. Ring, socket, fuzzers and benches
// all come through here; which model is meant, and how bytes travel, is theirs.
//   auto binding = ModelBinding::Make(plan);
//   ScoreWorkspace workspace(*binding);   // one per thread
//   std::size_t response_bytes = 0;
//   ScoreCode code = ScoreRequest(RequestKind::kRow, request, workspace, response,
//                                 &response_bytes);
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "base/load_error.h"
#include "engine/model.h"
#include "schemas/ring/shm_layout.h"
#include "schemas/rows/fault_detail.h"
#include "schemas/rows/row_layout.h"
#include "schemas/types/score_code.h"
#include "sidecar/serving/turn_clock.h"
#include "sidecar/wire/answer_encoder.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion {

// A plan and the layouts of its rows and answers. Immutable; shared by any number of threads.
struct ModelBinding {
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const RowLayout> inputs;
  std::shared_ptr<const RowLayout> outputs;

  // Errors: kOverLimit, columns that rows, answers or their description cannot carry.
  static Result<ModelBinding> Make(std::shared_ptr<const Plan> plan);
};

// How a request ended.
struct Scored {
  ScoreCode code = ScoreCode::kOk;
  std::size_t response_bytes = 0;
};

// What one thread needs to score the rows of one binding.
class ScoreWorkspace {
 public:
  explicit ScoreWorkspace(ModelBinding binding);

  const ModelBinding& binding() const noexcept { return binding_; }

 private:
  friend std::optional<Scored> BeginRequest(RequestKind kind, std::span<const std::byte> request,
                                            ScoreWorkspace& workspace,
                                            std::span<std::byte> response,
                                            TurnClock& clock) noexcept;
  friend std::optional<Scored> ContinueRequest(ScoreWorkspace& workspace,
                                               TurnClock& clock) noexcept;

  // The inputs' values, decoded, through the plan. Sets fault_ where that fails.
  ScoreCode ScoreRow(std::uint32_t row) noexcept;
  // Both: false if the response is too small; code_ and fault_ otherwise.
  bool AnswerRow() noexcept;
  bool AnswerRowOfBatch(std::uint32_t row) noexcept;
  Scored End(bool fits) noexcept;
  void Release() noexcept;
  bool AddAnswer() noexcept;
  void BlameStage() noexcept;
  std::int32_t InputColumn(std::string_view name) const noexcept;

  ModelBinding binding_;
  Workspace engine_;
  RowDecoder decoder_;
  AnswerEncoder encoder_;
  Arena arena_;  // of the decoded row
  std::span<std::byte> response_;
  std::uint32_t next_row_ = 0;  // of a batch
  ScoreCode code_ = ScoreCode::kOk;
  FaultDetail fault_;
};

// Scores a row, or each row of a batch. `request`: private bytes that do not change meanwhile;
// `response` may not overlap them; both start on 8 bytes. No allocation once warm, no lock, no
// log, no system call.
//   kOk: the response is the answer, or the batch's answers, each with its own code.
//   Otherwise: the response says where the row failed (fault_detail.h), as far as there is room.
// *response_bytes: how much of the response is used. More than there is room for: the answer does
// not fit, the code is kTooLarge, and at least so much is needed.
ScoreCode ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                       ScoreWorkspace& workspace, std::span<std::byte> response,
                       std::size_t* response_bytes) noexcept;

// The same in turns of `clock`. Nothing: the turn was over between two rows of a batch, and
// ContinueRequest() goes on; request and response stay until then.
std::optional<Scored> BeginRequest(RequestKind kind, std::span<const std::byte> request,
                                   ScoreWorkspace& workspace, std::span<std::byte> response,
                                   TurnClock& clock) noexcept;
std::optional<Scored> ContinueRequest(ScoreWorkspace& workspace, TurnClock& clock) noexcept;

}  // namespace pillion
