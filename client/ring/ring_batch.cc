#include "client/ring/ring_batch.h"

#include <algorithm>
#include <array>

namespace pillion {
namespace {

class RingBatch {
 public:
  RingBatch(Lane* lane, const RequestHead& head, std::span<const std::span<const std::byte>> rows,
            std::span<AnswerBuffer* const> answers)
      : lane_(lane), head_(head), rows_(rows), answers_(answers) {}

  std::size_t Run() {
    std::size_t ok = 0;
    if (lane_->ring->draining()) failed_ = ScoreCode::kDraining;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      // Filled up by halves: the look whether the server sleeps needs a fence, which waits for all
      // stores of the rows before it.
      if (sent_ - row <= kLaneSlots / 2) Send(row + kLaneSlots);
      if (row == sent_ && failed_ == ScoreCode::kOk) {
        // Nothing is under way, and an earlier call's row that was given up has the slot.
        Fail(WaitForSlot(lane_, MonotonicNs(), head_.deadline_ns));
        Send(row + kLaneSlots);
      }
      ok += End(row) == ScoreCode::kOk ? 1 : 0;
    }
    return ok;
  }

 private:
  void Fail(Waited waited) {
    if (waited != Waited::kAnswered) failed_ = CodeOf(waited);
  }

  // Sends rows up to `end`, as long as there are slots and time.
  void Send(std::size_t end) {
    end = std::min(end, rows_.size());
    if (failed_ != ScoreCode::kOk || sent_ == end) return;
    if (MonotonicNs() >= head_.deadline_ns) {
      failed_ = ScoreCode::kDeadline;
      return;
    }
    for (; sent_ < end; ++sent_) {
      std::uint64_t& sequence = sequences_[sent_ % kLaneSlots];
      if (rows_[sent_].size() > lane_->end.request_payload_bytes_max()) {
        sequence = 0;
        answers_[sent_]->Assign({ScoreCode::kTooLarge, kAnswerOverSlot, 0}, {});
        continue;
      }
      sequence = lane_->end.TrySubmit(head_, rows_[sent_]);
      if (sequence == 0) break;
    }
    lane_->KickIfAsleep();
  }

  ScoreCode End(std::size_t row) {
    if (row >= sent_) {
      sent_ = row + 1;
      return answers_[row]->Fail(failed_);
    }
    const std::uint64_t sequence = sequences_[row % kLaneSlots];
    if (sequence == 0) return ScoreCode::kTooLarge;
    if (failed_ == ScoreCode::kOk && !lane_->end.Answered(sequence)) {
      Fail(WaitForAnswer(lane_, sequence, MonotonicNs(), head_.deadline_ns));
    }
    if (!lane_->end.Answered(sequence)) {
      lane_->end.Abandon(sequence);
      return answers_[row]->Fail(failed_);
    }
    std::span<const std::byte> payload;
    const AnswerHead got = lane_->end.Read(sequence, &payload);
    answers_[row]->Assign(got, payload);
    lane_->end.Consume(sequence);
    return got.code;
  }

  Lane* const lane_;
  const RequestHead& head_;
  const std::span<const std::span<const std::byte>> rows_;
  const std::span<AnswerBuffer* const> answers_;
  std::array<std::uint64_t, kLaneSlots> sequences_;  // [row % kLaneSlots]; 0: not over the ring
  std::size_t sent_ = 0;
  ScoreCode failed_ = ScoreCode::kOk;  // of what is not answered, once it is another code
};

}  // namespace

std::size_t CallEachOverRing(Lane* lane, const RequestHead& head,
                             std::span<const std::span<const std::byte>> rows,
                             std::span<AnswerBuffer* const> answers) {
  return RingBatch(lane, head, rows, answers).Run();
}

}  // namespace pillion
