#include "client/ring_batch.h"

#include <algorithm>
#include <array>

namespace pillion {
namespace {

// What a failed wait means for every row that was not answered yet.
ScoreCode CodeOf(Waited waited) {
  return waited == Waited::kDeadline ? ScoreCode::kDeadline : ScoreCode::kServerGone;
}

}  // namespace

std::size_t CallEachOverRing(Lane* lane, const RequestHead& head,
                             std::span<const std::span<const std::byte>> rows, std::uint64_t now_ns,
                             std::span<AnswerBuffer* const> answers) {
  std::array<std::uint64_t, kLaneSlots> sequences;  // [row % kLaneSlots]; 0: not submitted
  const auto submit_up_to = [&](std::size_t end, std::size_t row) {
    for (; row < end; ++row) {
      const bool fits = rows[row].size() <= lane->end.request_payload_bytes_max();
      sequences[row % kLaneSlots] = fits ? lane->end.TrySubmit(head, rows[row]) : 0;
      if (!fits) answers[row]->Assign({ScoreCode::kTooLarge, kAnswerOverSlot, 0}, {});
      if (fits && sequences[row % kLaneSlots] == 0) answers[row]->Fail(ScoreCode::kBusy);
    }
    return row;
  };
  std::size_t sent = 0;
  std::size_t ok = 0;
  ScoreCode failed = lane->connection->draining() ? ScoreCode::kDraining : ScoreCode::kOk;
  for (std::size_t done = 0; done < rows.size(); ++done) {
    // Filled up by halves: the look whether the server sleeps needs a fence, which waits for all
    // stores of the rows before it.
    if (failed == ScoreCode::kOk && sent < rows.size() && sent - done <= kLaneSlots / 2) {
      sent = submit_up_to(std::min(rows.size(), done + kLaneSlots), sent);
      if (lane->end.MustKick()) lane->connection->Kick();
    }
    if (done >= sent) {
      answers[done]->Fail(failed);
      continue;
    }
    const std::uint64_t sequence = sequences[done % kLaneSlots];
    if (sequence == 0) continue;
    const Waited waited = WaitForAnswer(lane, sequence, now_ns, head.deadline_ns);
    if (waited != Waited::kAnswered) {
      failed = CodeOf(waited);
      lane->end.Abandon(sequence);
      answers[done]->Fail(failed);
      continue;
    }
    std::span<const std::byte> payload;
    const AnswerHead got = lane->end.Read(sequence, &payload);
    answers[done]->Assign(got, payload);
    lane->end.Consume(sequence);
    ok += got.code == ScoreCode::kOk ? 1 : 0;
  }
  return ok;
}

}  // namespace pillion
