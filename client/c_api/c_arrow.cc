// The C interface: scoring columns of Arrow.
#include <utility>

#include "client/arrow/arrow_call.h"
#include "client/c_api/handles.h"
#include "client/pillion_arrow.h"

extern "C" pillion_code pillion_score_arrow(pillion_model* model, const struct ArrowSchema* schema,
                                            const struct ArrowArray* rows, uint32_t flags,
                                            uint64_t timeout_ns, struct ArrowSchema* answers_schema,
                                            struct ArrowArray* answers, uint32_t* version,
                                            pillion_error* error) {
  if (answers_schema != nullptr) answers_schema->release = nullptr;
  answers->release = nullptr;
  return pillion::Guarded(error, [&]() -> pillion_code {
    if ((flags & ~PILLION_ARROW_CODES) != 0) {
      return pillion::SetError(
          error, {pillion::ScoreCode::kUnsupported,
                  "flags are 0 or PILLION_ARROW_CODES (1), not " + std::to_string(flags)});
    }
    const std::uint64_t deadline_ns = pillion::DeadlineAfter(pillion::MonotonicNs(), timeout_ns);
    const pillion::BoundModel& bound = model->bound();
    auto scored = pillion::ScoreArrow(model->core, bound, *schema, *rows,
                                      (flags & PILLION_ARROW_CODES) != 0, deadline_ns);
    model->Tell(bound, scored ? pillion::ScoreCode::kOk : scored.error().code);
    if (!scored) return pillion::SetError(error, scored.error());
    std::move(scored->columns).Give(answers_schema, answers);
    if (version != nullptr) *version = scored->model_version;
    return PILLION_OK;
  });
}
