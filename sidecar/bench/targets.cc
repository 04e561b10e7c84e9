#include "sidecar/bench/targets.h"

#include <optional>
#include <utility>
#include <vector>

#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/row_encoder.h"
#include "sidecar/wire/encode_row.h"

namespace pillion::bench {
namespace {

constexpr std::uint64_t kTimeoutNs = 2'000'000'000;

struct FreeAnswer {
  void operator()(pillion_answer* answer) const { pillion_answer_free(answer); }
};
struct CloseQueue {
  void operator()(pillion_queue* queue) const { pillion_queue_close(queue); }
};
using AnswerPtr = std::unique_ptr<pillion_answer, FreeAnswer>;
using QueuePtr = std::unique_ptr<pillion_queue, CloseQueue>;

// Takes from an answer what a caller would, each number, text and tensor once; their sum, or
// nothing where the answer is malformed.
std::optional<double> ReadAnswer(AnswerDecoder& answer) {
  const RowLayout& layout = answer.layout();
  double sum = 0;
  for (std::uint32_t i = 0; i < layout.size(); ++i) {
    ScoreCode code = ScoreCode::kOk;
    double number = 0;
    bool boolean = false;
    std::string_view text;
    TensorView tensor;
    switch (layout[i].form) {
      case WireForm::kBoolean: code = answer.Get(i, &boolean); break;
      case WireForm::kOneByte:
      case WireForm::kTwoBytes:
      case WireForm::kFourBytes:
      case WireForm::kEightBytes: code = answer.Get(i, &number); break;
      case WireForm::kString:
      case WireForm::kByteString: code = answer.Get(i, &text); break;
      case WireForm::kTensor: code = answer.GetTensor(i, &tensor); break;
      case WireForm::kList:
      case WireForm::kTextList:
      case WireForm::kMap: number = answer.IsNull(i) ? 0 : 1; break;
    }
    if (code == ScoreCode::kMalformed) return std::nullopt;
    sum += number + boolean + static_cast<double>(text.size() + tensor.values.count);
  }
  return sum;
}

class ClientTarget final : public Target {
 public:
  ClientTarget(pillion_model* model, std::shared_ptr<const RowLayout> rows_layout,
               std::shared_ptr<const RowLayout> answers_layout, const BenchRows& rows,
               std::uint32_t batch)
      : model_(model),
        rows_(rows),
        row_(std::move(rows_layout)),
        batch_(batch),
        answer_(pillion_answer_new(model)),
        decoder_(std::move(answers_layout)) {}

  bool Request(std::uint64_t i) override { return batch_ > 1 ? RequestBatch(i) : RequestRow(i); }

 private:
  bool RequestRow(std::uint64_t i) {
    if (EncodeRow(rows_.Row(i), row_) != ScoreCode::kOk) return false;
    return Send(PILLION_ROW, row_.bytes()) && decoder_.Open(Answer()) == ScoreCode::kOk && Take();
  }

  bool RequestBatch(std::uint64_t i) {
    rows_of_batch_.Clear();
    for (std::uint32_t k = 0; k < batch_; ++k) {
      if (EncodeRow(rows_.Row(i * batch_ + k), row_) != ScoreCode::kOk) return false;
      if (rows_of_batch_.Add(row_) != ScoreCode::kOk) return false;
    }
    if (!Send(PILLION_BATCH, rows_of_batch_.Finish())) return false;
    if (batch_answer_.Open(Answer()) != ScoreCode::kOk) return false;
    for (std::uint32_t k = 0; k < batch_answer_.row_count(); ++k) {
      if (batch_answer_.code(k) != ScoreCode::kOk) return false;
      if (batch_answer_.Row(k, &decoder_) != ScoreCode::kOk || !Take()) return false;
    }
    return true;
  }

  bool Take() {
    const auto sum = ReadAnswer(decoder_);
    if (sum) sum_ = *sum;
    return sum.has_value();
  }

  std::span<const std::byte> Answer() const {
    std::size_t bytes = 0;
    const void* const first = pillion_answer_bytes(answer_.get(), &bytes);
    return {static_cast<const std::byte*>(first), bytes};
  }

  bool Send(pillion_kind kind, std::span<const std::byte> bytes) {
    return pillion_score_bytes(model_, kind, bytes.data(), bytes.size(), kTimeoutNs,
                               answer_.get()) == PILLION_OK;
  }

  pillion_model* model_;
  const BenchRows& rows_;
  RowEncoder row_;
  BatchEncoder rows_of_batch_;
  std::uint32_t batch_;
  AnswerPtr answer_;
  AnswerDecoder decoder_;
  BatchAnswerDecoder batch_answer_;
  volatile double sum_ = 0;  // so that reading is not left out
};

class BytesTarget final : public Target {
 public:
  BytesTarget(pillion_model* model, std::size_t bytes)
      : model_(model), words_((bytes + 7) / 8), bytes_(bytes), answer_(pillion_answer_new(model)) {}

  bool Request(std::uint64_t i) override {
    words_[0] = i;
    return pillion_score_bytes(model_, PILLION_ROW, words_.data(), bytes_, kTimeoutNs,
                               answer_.get()) == PILLION_OK;
  }

 private:
  pillion_model* model_;
  std::vector<std::uint64_t> words_;
  std::size_t bytes_;
  AnswerPtr answer_;
};

class QueueTarget final : public PipelinedTarget {
 public:
  QueueTarget(QueuePtr queue, pillion_model* model, std::shared_ptr<const RowLayout> rows_layout,
              const BenchRows* rows, std::uint32_t in_flight)
      : queue_(std::move(queue)), model_(model), rows_(rows), row_(std::move(rows_layout)) {
    for (std::uint32_t i = 0; i < in_flight; ++i) {
      answer_of_.emplace_back(pillion_answer_new(model));
    }
  }

  bool Submit(std::uint64_t i) override {
    if (rows_ != nullptr && EncodeRow(rows_->Row(i), row_) != ScoreCode::kOk) return false;
    const std::span<const std::byte> bytes = row_.bytes();
    return pillion_submit_bytes(queue_.get(), model_, PILLION_ROW, bytes.data(), bytes.size(),
                                kTimeoutNs, i,
                                answer_of_[i % answer_of_.size()].get()) == PILLION_OK;
  }

  bool Poll(const std::function<void(std::uint64_t)>& done) override {
    pillion_completion completions[64];
    const std::size_t count = pillion_poll(queue_.get(), completions, std::size(completions));
    for (std::size_t i = 0; i < count; ++i) {
      if (completions[i].code != PILLION_OK) return false;
      done(completions[i].cookie);
    }
    return true;
  }

 private:
  QueuePtr queue_;
  pillion_model* model_;
  const BenchRows* rows_;
  RowEncoder row_;
  std::vector<AnswerPtr> answer_of_;  // [i % in flight]: a lane answers in order
};

}  // namespace

std::unique_ptr<Target> MakeClientTarget(pillion_model* model,
                                         std::shared_ptr<const RowLayout> rows_layout,
                                         std::shared_ptr<const RowLayout> answers_layout,
                                         const BenchRows& rows, std::uint32_t batch) {
  return std::make_unique<ClientTarget>(model, std::move(rows_layout), std::move(answers_layout),
                                        rows, batch);
}

std::unique_ptr<Target> MakeBytesTarget(pillion_model* model, std::size_t bytes) {
  return std::make_unique<BytesTarget>(model, bytes);
}

std::unique_ptr<PipelinedTarget> MakeQueueTarget(pillion_client* client, pillion_model* model,
                                                 std::shared_ptr<const RowLayout> rows_layout,
                                                 const BenchRows* rows, std::uint32_t in_flight) {
  pillion_queue* queue = nullptr;
  if (pillion_queue_open(client, &queue) != PILLION_OK) return nullptr;
  return std::make_unique<QueueTarget>(QueuePtr(queue), model, std::move(rows_layout), rows,
                                       in_flight);
}

}  // namespace pillion::bench
