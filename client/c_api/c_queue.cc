// The C interface: queues.
#include <vector>

#include "client/c_api/handles.h"
#include "client/c_api/queue.h"

struct pillion_queue {
  explicit pillion_queue(pillion::ClientCore* core) : queue(core) {}

  pillion::Queue queue;
  std::vector<pillion::Completion> completions;
};

using pillion::Guarded;
using pillion::ToC;

extern "C" {

pillion_code pillion_queue_open(pillion_client* client, pillion_queue** queue) {
  return Guarded(nullptr, [&]() -> pillion_code {
    *queue = nullptr;
    if (client->core->forked()) return PILLION_FORKED;
    *queue = new pillion_queue(client->core.get());
    return PILLION_OK;
  });
}

void pillion_queue_close(pillion_queue* queue) { delete queue; }

pillion_code pillion_submit(pillion_queue* queue, pillion_model* model, const pillion_row* row,
                            uint64_t timeout_ns, uint64_t cookie, pillion_answer* answer) {
  return Guarded(nullptr, [&]() -> pillion_code {
    const pillion::BoundModel& bound = model->bound();
    if (!pillion_model::Takes(bound, *row, answer)) return ToC(answer->buffer.head.code);
    const pillion::ScoreCode code = queue->queue.Submit(
        bound, pillion::RequestKind::kRow, row->encoder.bytes(), timeout_ns, {cookie, answer});
    model->Tell(bound, code);
    return ToC(code);
  });
}

pillion_code pillion_submit_bytes(pillion_queue* queue, pillion_model* model, pillion_kind kind,
                                  const void* request, size_t bytes, uint64_t timeout_ns,
                                  uint64_t cookie, pillion_answer* answer) {
  return Guarded(nullptr, [&]() -> pillion_code {
    const pillion::BoundModel& bound = model->bound();
    if (!pillion_model::Takes(bound, answer)) return ToC(answer->buffer.head.code);
    const pillion::ScoreCode code = queue->queue.Submit(
        bound, static_cast<pillion::RequestKind>(kind),
        {static_cast<const std::byte*>(request), bytes}, timeout_ns, {cookie, answer});
    model->Tell(bound, code);
    return ToC(code);
  });
}

size_t pillion_poll(pillion_queue* queue, pillion_completion* completions, size_t capacity) {
  queue->completions.clear();
  Guarded(nullptr, [&]() -> pillion_code {
    queue->queue.Poll(capacity, &queue->completions);
    return PILLION_OK;
  });
  std::size_t count = 0;
  for (const pillion::Completion& completion : queue->completions) {
    completion.answer->Open();
    completions[count++] = {completion.cookie, ToC(completion.answer->buffer.head.code)};
  }
  return count;
}

void pillion_queue_wait(pillion_queue* queue, uint64_t timeout_ns) {
  queue->queue.Wait(timeout_ns);
}
int pillion_queue_descriptor(pillion_queue* queue) { return queue->queue.Descriptor(); }
int pillion_queue_arm(pillion_queue* queue) { return queue->queue.Arm() ? 1 : 0; }

}  // extern "C"
