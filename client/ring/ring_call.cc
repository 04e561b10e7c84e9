#include "client/ring/ring_call.h"

namespace pillion {
namespace {

constexpr std::uint32_t kPollsPerLook = 64;  // at the clock and at the connection
constexpr std::uint64_t kShortWaitNs = 500;  // what a wait without such a look is taken for

// What a wait was worth spinning for: its length, if it was spun through. Who slept has been woken
// late, and may have slept because the server did.
void LearnFrom(Lane* lane, std::uint64_t sequence, std::uint64_t waited_ns, bool slept) noexcept {
  const std::uint64_t server_ns = slept ? lane->end.ServerNs(sequence) : 0;
  if (server_ns == 0) return lane->spin.Waited(waited_ns);
  lane->spin.Waited(server_ns);
  // What is left are the wake-ups: the server's and this end's, or this end's alone.
  if (server_ns < waited_ns) lane->spin.Woke((waited_ns - server_ns) / (lane->kicked ? 2 : 1));
}

// One sleep. The connection's end must find this thread counted before it looks whether it is
// dead: either the look here sees the end, or Connection::Die() sees the sleeper.
void SleepOnce(Lane* lane, std::uint64_t sequence, std::uint64_t deadline_ns) noexcept {
  Connection& connection = *lane->connection;
  lane->counters.sleeps.Add();
  const bool answered = lane->end.AboutToSleep(sequence);
  connection.sleepers().fetch_add(1, std::memory_order_seq_cst);
  if (!answered && !connection.dead()) {  // SYNC: dead
    lane->end.Sleep(sequence, deadline_ns);
  }
  connection.sleepers().fetch_sub(1, std::memory_order_seq_cst);
  lane->end.WakeUp();
}

}  // namespace

Waited WaitForAnswer(Lane* lane, std::uint64_t sequence, std::uint64_t start_ns,
                     std::uint64_t deadline_ns) noexcept {
  const std::uint64_t budget_ns = lane->spin.ns();
  std::uint64_t now_ns = start_ns;
  bool looked = false;
  bool slept = false;
  while (true) {
    if (budget_ns != 0) {
      for (std::uint32_t poll = 0; poll < kPollsPerLook; ++poll) {
        if (lane->end.Answered(sequence)) {
          LearnFrom(lane, sequence, looked ? MonotonicNs() - start_ns : kShortWaitNs, slept);
          return Waited::kAnswered;
        }
        CpuRelax();
      }
    }
    looked = true;
    now_ns = MonotonicNs();
    if (lane->end.Answered(sequence)) {
      LearnFrom(lane, sequence, now_ns - start_ns, slept);
      return Waited::kAnswered;
    }
    if (lane->connection->dead()) return Waited::kServerGone;
    if (now_ns >= deadline_ns) return Waited::kDeadline;
    if (now_ns - start_ns < budget_ns) continue;
    slept = true;
    SleepOnce(lane, sequence, deadline_ns);
  }
}

Waited WaitForSlot(Lane* lane, std::uint64_t start_ns, std::uint64_t deadline_ns) noexcept {
  // The server answers in order, and the next slot is the oldest one's.
  if (lane->end.next_slot() == ClientLane::NextSlot::kFree) return Waited::kAnswered;
  return WaitForAnswer(lane, lane->end.slot_holder(), start_ns, deadline_ns);
}

ScoreCode CallOverRing(Lane* lane, const RequestHead& head, std::span<const std::byte> request,
                       std::uint64_t now_ns, AnswerBuffer* answer) noexcept {
  if (lane->ring->draining()) return answer->Fail(ScoreCode::kDraining);
  std::uint64_t sequence = lane->end.TrySubmit(head, request);
  if (sequence == 0) {
    const Waited waited = WaitForSlot(lane, now_ns, head.deadline_ns);
    if (waited != Waited::kAnswered) return answer->Fail(CodeOf(waited));
    now_ns = MonotonicNs();
    sequence = lane->end.TrySubmit(head, request);
  }
  lane->KickIfAsleep();
  const Waited waited = WaitForAnswer(lane, sequence, now_ns, head.deadline_ns);
  if (waited != Waited::kAnswered) {
    lane->end.Abandon(sequence);
    return answer->Fail(CodeOf(waited));
  }
  std::span<const std::byte> payload;
  const AnswerHead got = lane->end.Read(sequence, &payload);
  answer->Assign(got, payload);
  lane->end.Consume(sequence);
  return got.code;
}

}  // namespace pillion
