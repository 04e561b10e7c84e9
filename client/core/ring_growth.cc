// The part of a client that asks the server for a larger ring: with more lanes as more threads call
// than it has, with larger slots for models and rows that need them. The new ring takes the place
// of the old one lane by lane; the keeper gives the old one back when nobody holds a lane of it.
#include <algorithm>
#include <utility>

#include "client/core/client_core.h"
#include "client/core/slot_sizes.h"

namespace pillion {
namespace {

constexpr Geometry kNoLimit = {kLanesMax, kSlotBytesMax, kSlotBytesMax};

Geometry Smaller(const Geometry& a, const Geometry& b) {
  return {std::min(a.lane_count, b.lane_count),
          std::min(a.request_slot_bytes, b.request_slot_bytes),
          std::min(a.answer_slot_bytes, b.answer_slot_bytes)};
}

Geometry Larger(const Geometry& a, const Geometry& b) {
  return {std::max(a.lane_count, b.lane_count),
          std::max(a.request_slot_bytes, b.request_slot_bytes),
          std::max(a.answer_slot_bytes, b.answer_slot_bytes)};
}

// As much of `wanted` as one ring may hold: larger slots rather than more lanes than `lanes_min`.
Geometry Fit(const Geometry& have, Geometry wanted, std::uint32_t lanes_min) {
  while (wanted.bytes() > kRingBytesMax && wanted.lane_count > lanes_min) --wanted.lane_count;
  return wanted.bytes() > kRingBytesMax ? have : wanted;
}

void RaiseTo(std::atomic<std::uint32_t>* most, std::uint32_t value) {
  std::uint32_t seen = most->load(std::memory_order_relaxed);
  while (seen < value && !most->compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

void ClientCore::Grow(const Geometry& more, std::uint64_t deadline_ns) {
  const std::lock_guard one_at_a_time(grow_mutex_);
  const Session current = session();
  if (!current.connection || !current.connection->may_attach()) return;
  const Geometry have = current.connection->ring()->geometry();
  if (std::exchange(most_generation_, current.generation) != current.generation) most_ = kNoLimit;
  const Geometry wanted =
      Fit(have, Larger(have, Smaller(more, most_)), options_.geometry.lane_count);
  if (wanted == have) return;
  GiveUnusedRingsBack(current);
  const AttachBody ask{wanted.lane_count, wanted.request_slot_bytes, wanted.answer_slot_bytes, 0};
  AwaitedFrame reply;
  const ScoreCode code = current.channel->Call(
      MessageType::kAttach, std::as_bytes(std::span(&ask, 1)), {}, deadline_ns, &reply);
  if (code != ScoreCode::kOk) return;
  AttachedBody attached;
  std::span<const std::byte> rest;
  if (reply.type != MessageType::kAttached || !SplitBody(std::span(reply.body), &attached, &rest)) {
    CodeBody error;
    const bool busy = SplitBody(std::span(reply.body), &error, &rest) &&
                      ScoreCode{error.code} == ScoreCode::kBusy;
    if (!busy) most_ = have;
    return;
  }
  auto ring = current.connection->AddRing(attached, reply.fds);
  if (!ring) {
    most_ = have;
    return;
  }
  const Geometry& granted = (*ring)->geometry();
  const auto cap = [](std::uint32_t got, std::uint32_t asked, std::uint32_t* most) {
    if (got < asked) *most = got;
  };
  cap(granted.lane_count, wanted.lane_count, &most_.lane_count);
  cap(granted.request_slot_bytes, wanted.request_slot_bytes, &most_.request_slot_bytes);
  cap(granted.answer_slot_bytes, wanted.answer_slot_bytes, &most_.answer_slot_bytes);
  const std::lock_guard lock(mutex_);
  if (session_.generation != current.generation) return;
  wanted_ = Larger(wanted_, granted);
  UseRing(session_, std::move(*ring));
}

void ClientCore::GiveUnusedRingsBack(const Session& session) {
  for (const std::uint16_t ring : session.connection->DropUnusedRings()) {
    const DetachBody detach{ring, {}};
    session.channel->Tell(MessageType::kDetach, std::as_bytes(std::span(&detach, 1)));
  }
}

void ClientCore::GrowFor(const BoundModel& model, std::uint64_t deadline_ns) {
  const std::uint32_t answer_max = model.answer_bytes_max();
  const std::size_t answer_bytes =
      answer_max == kAnswerBytesUnbounded ? UsualBytes(*model.answers()) : answer_max;
  Grow({1, SlotBytesFor(UsualBytes(*model.rows())), SlotBytesFor(answer_bytes)}, deadline_ns);
}

// REQUIRES: mutex_ is held.
void ClientCore::UseRing(const Session& session, std::shared_ptr<Ring> ring) {
  std::size_t request_bytes = 0;
  std::size_t answer_bytes = 0;
  if (ring) {
    request_bytes = ring->geometry().request_payload_bytes_max();
    answer_bytes = ring->geometry().answer_payload_bytes_max();
  }
  lanes_.Install(session.connection, std::move(ring), session.generation);
  request_bytes_max_.store(static_cast<std::uint32_t>(request_bytes));
  answer_bytes_max_.store(static_cast<std::uint32_t>(answer_bytes));
}

void ClientCore::WantSlots(std::size_t request_bytes, std::size_t answer_bytes) noexcept {
  // With some room, so that a little longer one does not ask again.
  const auto slot = [](std::size_t bytes) { return SlotBytesFor(bytes + bytes / 4); };
  const std::uint32_t request = slot(request_bytes);
  const std::uint32_t answer = slot(answer_bytes);
  if (request == 0 || answer == 0) return;
  if (request <= longest_request_slot_.load(std::memory_order_relaxed) &&
      answer <= longest_answer_slot_.load(std::memory_order_relaxed)) {
    return;
  }
  RaiseTo(&longest_request_slot_, request);
  RaiseTo(&longest_answer_slot_, answer);
  WakeKeeper();
}

void ClientCore::GrowAsNeeded() {
  const std::uint32_t lanes = geometry().lane_count;
  if (lanes == 0) return;
  Geometry more{1, longest_request_slot_.load(), longest_answer_slot_.load()};
  if (crowded_.load()) more.lane_count = std::min(2 * lanes, options_.lanes_max);
  Grow(more, DeadlineAfter(MonotonicNs(), options_.connect_ns_max));
  if (geometry().lane_count <= lanes) return;
  crowded_.store(false);
  lanes_.ExpectCrowds();
}

}  // namespace pillion
