#include "client/arrow/arrow_call.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/arrow/input_columns.h"
#include "client/core/row_failure.h"
#include "client/core/slot_sizes.h"
#include "schemas/ring/shm_layout.h"
#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"

namespace pillion {
namespace {

// What a batch is kept to where no slot has to hold it: long enough that the call's own cost is
// little to that of the rows, short enough for a message, and to look at the deadline often.
constexpr std::uint32_t kRowsMax = 1024;
constexpr std::size_t kRequestBytesMax = 256 << 10;
constexpr std::size_t kAnswerBytesMax = 1 << 20;
// A slot costs both ends some 2 us, a call over the socket some 40: that is what many rows in slots
// of few are worth.
constexpr std::size_t kSlotsMax = 16;
constexpr std::size_t kRowsOfSlotMin = 32;
// Around the answers of a batch, and around each.
constexpr std::size_t kAnswersHeadBytes = 64;
constexpr std::size_t kAnswerHeadBytes = 16;

// Codes of what one row is, whatever its neighbours are.
bool BlamesRow(ScoreCode code) {
  return code == ScoreCode::kSkipped ||
         (code >= ScoreCode::kNullValue && code < ScoreCode::kMalformed);
}

struct Batch {
  BatchEncoder encoder;
  AnswerBuffer answer;
  std::int64_t begin = 0;        // the row of codes[0]
  std::vector<ScoreCode> codes;  // of rows; only those with kOk were sent
};

class ArrowCall {
 public:
  ArrowCall(ClientCore* core, const BoundModel& model, InputColumns inputs, OutputColumns outputs,
            bool with_codes, std::uint64_t deadline_ns)
      : core_(core),
        model_(model),
        inputs_(std::move(inputs)),
        with_codes_(with_codes),
        deadline_ns_(deadline_ns),
        answers_{std::move(outputs)},
        decoder_(model.answers()),
        row_(model.rows()),
        request_row_bytes_(UsualBytes(*model.rows())) {
    const bool bounded = model.answer_bytes_max() != kAnswerBytesUnbounded;
    answer_row_bytes_ = bounded ? model.answer_bytes_max() : UsualBytes(*model.answers());
  }

  tl::expected<ArrowAnswers, Failure> Run() {
    while (next_ < inputs_.row_count()) {
      EncodeSome();
      SendSome();
      for (std::size_t i = 0; i < batch_count_; ++i) {
        Batch& batch = *batches_[i];
        if (IsTooLarge(batch)) {
          GoBackTo(batch);
          break;
        }
        if (auto failure = Take(batch)) return tl::unexpected(*std::move(failure));
      }
      if (failure_) return tl::unexpected(*std::move(failure_));
    }
    return std::move(answers_);
  }

 private:
  // Looks at what there is to send with: rings come, go and grow.
  void EncodeSome() {
    const ClientCore::LaneRoom lane = core_->lane_room(model_);
    const bool over_lane = IsWorthALane(lane);
    request_bytes_max_ = over_lane ? lane.request_bytes : kRequestBytesMax;
    answer_bytes_max_ = over_lane ? lane.answer_bytes : kAnswerBytesMax;
    batch_count_ = 0;
    // Requests over the socket and in process end one by one.
    const std::size_t batches = over_lane ? kLaneSlots : 1;
    while (batch_count_ < batches && next_ < inputs_.row_count() && !failure_) {
      if (batches_.size() == batch_count_) batches_.push_back(std::make_unique<Batch>());
      Encode(batches_[batch_count_++].get());
    }
    rows_max_ = std::min(2 * rows_max_, kRowsMax);
  }

  bool IsWorthALane(const ClientCore::LaneRoom& lane) const {
    if (lane.answer_bytes <= kAnswersHeadBytes) return false;
    const std::size_t rows_of_slot =
        std::min(lane.request_bytes / std::max<std::size_t>(1, request_row_bytes_),
                 (lane.answer_bytes - kAnswersHeadBytes) / (kAnswerHeadBytes + answer_row_bytes_));
    const auto left = static_cast<std::size_t>(inputs_.row_count() - next_);
    return rows_of_slot >= kRowsOfSlotMin || left <= kSlotsMax * rows_of_slot;
  }

  void Encode(Batch* batch) {
    batch->encoder.Clear();
    batch->codes.clear();
    batch->begin = next_;
    for (; next_ < inputs_.row_count(); ++next_) {
      RowEncoder::Fault fault;
      if (!filled_) fault = inputs_.Fill(next_, &row_);
      filled_ = true;
      if (fault.code == ScoreCode::kOk) {
        if (!Fits(batch->encoder)) return;
        fault.code = batch->encoder.Add(row_);
        if (const auto longest = row_.LongestColumn()) fault.column = longest->column;
      }
      filled_ = false;
      if (fault.code != ScoreCode::kOk && !(with_codes_ && BlamesRow(fault.code))) {
        return Fail(DescribeColumnFault(fault.code, fault.column, *model_.rows()), next_);
      }
      batch->codes.push_back(fault.code);
    }
  }

  bool Fits(const BatchEncoder& encoder) const {
    const std::uint32_t rows = encoder.row_count();
    if (rows == 0) return true;
    return rows < rows_max_ && encoder.BytesWith(row_) <= request_bytes_max_ &&
           AnswerBytes(rows + 1) <= answer_bytes_max_;
  }
  std::size_t AnswerBytes(std::size_t rows) const {
    return kAnswersHeadBytes + rows * (kAnswerHeadBytes + answer_row_bytes_);
  }

  void SendSome() {
    requests_.clear();
    buffers_.clear();
    for (std::size_t i = 0; i < batch_count_; ++i) {
      Batch& batch = *batches_[i];
      if (batch.encoder.row_count() == 0) continue;
      requests_.push_back(batch.encoder.Finish());
      buffers_.push_back(&batch.answer);
    }
    if (!requests_.empty()) {
      core_->ScoreEach(model_, RequestKind::kBatch, requests_, deadline_ns_, buffers_);
    }
  }

  // Of many rows; of one it is the row that is.
  static bool IsTooLarge(const Batch& batch) {
    return batch.encoder.row_count() > 1 && batch.answer.head.code == ScoreCode::kTooLarge;
  }

  // What the batches behind this one were answered is lost, for the sake of rows in order.
  void GoBackTo(const Batch& batch) {
    next_ = batch.begin;
    filled_ = false;
    failure_.reset();
    rows_max_ = std::max(1U, batch.encoder.row_count() / 2);
  }

  // The failure that ends the call.
  std::optional<Failure> Take(const Batch& batch) {
    BatchAnswerDecoder answers;
    ScoreCode whole = ScoreCode::kOk;  // of all rows that were sent
    if (batch.encoder.row_count() != 0) {
      whole = batch.answer.head.code;
      if (whole == ScoreCode::kOk && (answers.Open(batch.answer.bytes()) != ScoreCode::kOk ||
                                      answers.row_count() != batch.encoder.row_count())) {
        return At(batch.begin, {ScoreCode::kMalformed, "the answer is none to the batch"});
      }
      if (whole == ScoreCode::kOk) Learn(batch);
    }
    std::uint32_t sent = 0;
    for (std::size_t i = 0; i < batch.codes.size(); ++i) {
      const std::int64_t row = batch.begin + static_cast<std::int64_t>(i);
      ScoreCode code = batch.codes[i];
      const std::uint32_t at = code == ScoreCode::kOk ? sent++ : sent;
      if (code == ScoreCode::kOk) code = whole == ScoreCode::kOk ? answers.code(at) : whole;
      if (code != ScoreCode::kOk) {
        if (!with_codes_ || !BlamesRow(code)) return At(row, Describe(batch, at, row));
        answers_.columns.AppendFailure(code);
        continue;
      }
      if (answers.Row(at, &decoder_) != ScoreCode::kOk) {
        return At(row, {ScoreCode::kMalformed, "the row's answer cannot be read"});
      }
      auto appended = answers_.columns.Append(&decoder_);
      if (!appended) return At(row, std::move(appended).error());
    }
    return std::nullopt;
  }

  void Learn(const Batch& batch) {
    const std::size_t rows = batch.encoder.row_count();
    answers_.model_version = batch.answer.head.model_version;
    request_row_bytes_ = row_.bytes().size();
    if (model_.answer_bytes_max() == kAnswerBytesUnbounded) {
      answer_row_bytes_ = batch.answer.bytes().size() * 5 / 4 / rows;
    }
  }

  // Why `row`, of the batch's request the one at `at`, has no answer.
  Failure Describe(const Batch& batch, std::uint32_t at, std::int64_t row) {
    const std::span<const std::byte> payload = batch.answer.bytes();
    ScoreCode code = batch.answer.head.code;
    if (code == ScoreCode::kOk) return DescribeBatchFault(payload, at, *model_.rows());
    if (code == ScoreCode::kTooLarge && payload.empty()) {
      inputs_.Fill(row, &row_);
      return DescribeTooLarge(row_);
    }
    // The layout was given back before the request came to the server.
    if (code == ScoreCode::kUnknownLayout && model_.successor() != nullptr) {
      code = ScoreCode::kSchemaChanged;
    }
    return DescribeAnswerFault(code, payload, *model_.rows());
  }

  static Failure At(std::int64_t row, Failure failure) {
    failure.row = static_cast<std::uint32_t>(row);
    return failure;
  }
  // Later than the rows before it, which may fail for another reason.
  void Fail(Failure failure, std::int64_t row) { failure_ = At(row, std::move(failure)); }

  ClientCore* const core_;
  const BoundModel& model_;
  InputColumns inputs_;
  const bool with_codes_;
  const std::uint64_t deadline_ns_;
  ArrowAnswers answers_;
  AnswerDecoder decoder_;

  std::int64_t next_ = 0;  // the first row that is in no batch
  RowEncoder row_;
  bool filled_ = false;  // row_ is that one
  std::optional<Failure> failure_;
  std::vector<std::unique_ptr<Batch>> batches_;
  std::size_t batch_count_ = 0;  // of batches_, in use
  std::vector<std::span<const std::byte>> requests_;
  std::vector<AnswerBuffer*> buffers_;

  // How long a batch may get, and what its rows are expected to take.
  std::uint32_t rows_max_ = kRowsMax;
  std::size_t request_bytes_max_ = 0;
  std::size_t answer_bytes_max_ = 0;
  std::size_t request_row_bytes_;
  std::size_t answer_row_bytes_ = 0;
};

}  // namespace

tl::expected<ArrowAnswers, Failure> ScoreArrow(ClientCore* core, const BoundModel& model,
                                               const ArrowSchema& schema, const ArrowArray& rows,
                                               bool with_codes, std::uint64_t deadline_ns) {
  auto outputs = OutputColumns::Make(*model.answers(), with_codes);
  if (!outputs) return tl::unexpected(std::move(outputs).error());
  auto inputs = InputColumns::Make(*model.rows(), schema, rows);
  if (!inputs) return tl::unexpected(std::move(inputs).error());
  return ArrowCall(core, model, *std::move(inputs), *std::move(outputs), with_codes, deadline_ns)
      .Run();
}

}  // namespace pillion
