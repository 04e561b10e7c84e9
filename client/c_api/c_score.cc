// The C interface: scoring.
#include <array>

#include "client/c_api/handles.h"

using pillion::Guarded;
using pillion::ScoreCode;
using pillion::ToC;

namespace pillion {
namespace {

constexpr std::size_t kRowsAtATime = 256;  // of pillion_score_each(), which needs room for each

// A row whose code the library gave itself, for its length alone, has no column yet.
void BlameLongestColumn(const pillion_row& row, pillion_answer* answer) {
  if (answer->buffer.head.code != ScoreCode::kTooLarge || !answer->buffer.bytes().empty()) return;
  answer->Refuse(DescribeTooLarge(row.encoder));
}

}  // namespace
}  // namespace pillion

extern "C" {

pillion_code pillion_score(pillion_model* model, const pillion_row* row, uint64_t timeout_ns,
                           pillion_answer* answer) {
  return Guarded(nullptr, [&]() -> pillion_code {
    const pillion::BoundModel& bound = model->bound();
    if (!pillion_model::Takes(bound, *row, answer)) return ToC(answer->buffer.head.code);
    model->core->Score(bound, pillion::RequestKind::kRow, row->encoder.bytes(), timeout_ns,
                       &answer->buffer);
    answer->Open();
    const ScoreCode code = answer->buffer.head.code;
    model->Tell(bound, code);
    if (code == ScoreCode::kTooLarge) pillion::BlameLongestColumn(*row, answer);
    return ToC(code);
  });
}

pillion_code pillion_score_bytes(pillion_model* model, pillion_kind kind, const void* request,
                                 size_t bytes, uint64_t timeout_ns, pillion_answer* answer) {
  return Guarded(nullptr, [&]() -> pillion_code {
    const pillion::BoundModel& bound = model->bound();
    if (!pillion_model::Takes(bound, answer)) return ToC(answer->buffer.head.code);
    model->core->Score(bound, static_cast<pillion::RequestKind>(kind),
                       {static_cast<const std::byte*>(request), bytes}, timeout_ns,
                       &answer->buffer);
    answer->Open();
    const ScoreCode code = answer->buffer.head.code;
    model->Tell(bound, code);
    return ToC(code);
  });
}

size_t pillion_score_each(pillion_model* model, const pillion_row* const* rows, size_t count,
                          uint64_t timeout_ns, pillion_answer* const* answers) {
  const std::uint64_t deadline_ns = pillion::DeadlineAfter(pillion::MonotonicNs(), timeout_ns);
  std::array<std::span<const std::byte>, pillion::kRowsAtATime> requests;
  std::array<pillion::AnswerBuffer*, pillion::kRowsAtATime> buffers;
  std::array<std::size_t, pillion::kRowsAtATime> places;  // in `rows`
  std::size_t ok = 0;
  const pillion::BoundModel& bound = model->bound();
  for (std::size_t begin = 0; begin < count;) {
    std::size_t taken = 0;
    Guarded(nullptr, [&]() -> pillion_code {
      for (; begin < count && taken < requests.size(); ++begin) {
        if (!pillion_model::Takes(bound, *rows[begin], answers[begin])) continue;
        requests[taken] = rows[begin]->encoder.bytes();
        places[taken] = begin;
        buffers[taken++] = &answers[begin]->buffer;
      }
      ok += model->core->ScoreEach(bound, pillion::RequestKind::kRow,
                                   std::span(requests).first(taken), deadline_ns,
                                   std::span<pillion::AnswerBuffer* const>(buffers).first(taken));
      for (std::size_t i = 0; i < taken; ++i) {
        answers[places[i]]->Open();
        pillion::BlameLongestColumn(*rows[places[i]], answers[places[i]]);
        model->Tell(bound, answers[places[i]]->buffer.head.code);
      }
      return PILLION_OK;
    });
  }
  return ok;
}

}  // extern "C"
