#include "schemas/ring/shm_ring.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <thread>
#include <vector>

#include "tests/schemas/ring/ring_memory.h"

namespace pillion {
namespace {

constexpr std::uint64_t kFirst = 0x4000'0000'1234'5678;
constexpr Geometry kGeometry{.lane_count = 2, .request_slot_bytes = 384, .answer_slot_bytes = 256};

std::vector<std::byte> Pattern(std::size_t size, std::uint64_t seed) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>((seed * 0x9E3779B97F4A7C15u) >> (i % 57));
  }
  return bytes;
}

class ShmRing : public ::testing::Test {
 protected:
  Claim ClaimInto() { return server_.TryClaim(buffer_, &head_, &length_); }
  std::span<const std::byte> claimed() const { return {buffer_.data(), length_}; }

  RingMemory memory_{kGeometry};
  ClientLane client_ = memory_.Client(1, kFirst);
  ServerLane server_ = memory_.Server(1, kFirst);
  alignas(8) std::array<std::byte, 384> buffer_{};
  RequestHead head_;
  std::size_t length_ = 0;
};

TEST_F(ShmRing, CarriesRequestAndAnswerOfEverySize) {
  for (std::size_t size = 0; size <= kGeometry.request_payload_bytes_max(); ++size) {
    const auto request = Pattern(size, size);
    const RequestHead head{RequestKind::kBatch, static_cast<std::uint16_t>(size), size * 7};
    const std::uint64_t sequence = client_.TrySubmit(head, request);
    ASSERT_NE(sequence, 0u);
    EXPECT_FALSE(client_.Answered(sequence));
    ASSERT_EQ(ClaimInto(), Claim::kRequest);
    EXPECT_TRUE(std::ranges::equal(claimed(), request)) << size;
    EXPECT_EQ(head_.kind, head.kind);
    EXPECT_EQ(head_.layout, head.layout);
    EXPECT_EQ(head_.deadline_ns, head.deadline_ns);

    const auto answer = Pattern(std::min(size, kGeometry.answer_payload_bytes_max()), ~size);
    const auto number = static_cast<std::uint32_t>(size);
    server_.Commit({ScoreCode::kUnseenLabel, 1, number, number + 3}, answer);
    ASSERT_TRUE(client_.Answered(sequence));
    std::span<const std::byte> payload;
    const AnswerHead got = client_.Read(sequence, &payload);
    EXPECT_EQ(got.code, ScoreCode::kUnseenLabel);
    EXPECT_EQ(got.flags, 1);
    EXPECT_EQ(got.model_version, size);
    EXPECT_EQ(got.server_ns, size + 3);
    EXPECT_TRUE(std::ranges::equal(payload, answer)) << size;
    client_.Consume(sequence);
    EXPECT_EQ(ClaimInto(), Claim::kNothing);
  }
}

TEST_F(ShmRing, RefusesTheSixtyFifthUntilAnAnswerIsConsumed) {
  std::vector<std::uint64_t> sequences;
  for (std::uint32_t i = 0; i < kLaneSlots; ++i) sequences.push_back(client_.TrySubmit({}, {}));
  EXPECT_EQ(client_.TrySubmit({}, {}), 0u);
  ASSERT_EQ(ClaimInto(), Claim::kRequest);
  server_.Commit({ScoreCode::kOk}, {});
  EXPECT_EQ(client_.TrySubmit({}, {}), 0u) << "answered, but the answer may still be read";
  client_.Consume(sequences[0]);
  EXPECT_EQ(client_.TrySubmit({}, {}), kFirst + kLaneSlots);
}

TEST_F(ShmRing, AnAbandonedSlotComesBackOnlyWithItsAnswer) {
  const std::uint64_t late = client_.TrySubmit({}, {});
  client_.Abandon(late);
  for (std::uint32_t i = 1; i < kLaneSlots; ++i) {
    const std::uint64_t sequence = client_.TrySubmit({}, {});
    ASSERT_NE(sequence, 0u);
    client_.Abandon(sequence);
  }
  EXPECT_EQ(client_.TrySubmit({}, {}), 0u);
  ASSERT_EQ(ClaimInto(), Claim::kRequest);
  server_.Commit({ScoreCode::kOk}, {});
  const std::uint64_t next = client_.TrySubmit({}, {});
  EXPECT_EQ(next, late + kLaneSlots);
  EXPECT_FALSE(client_.Answered(next)) << "the late answer must not be taken for this one";
}

TEST_F(ShmRing, AnswersNeverCrossLanes) {
  ClientLane other = memory_.Client(0, kFirst);
  ASSERT_NE(other.TrySubmit({}, {}), 0u);
  EXPECT_EQ(ClaimInto(), Claim::kNothing);
}

TEST_F(ShmRing, RefusesALengthOverTheSlot) {
  client_.TrySubmit({}, {});
  auto* slot = reinterpret_cast<RequestSlot*>(
      memory_.requests().data() + kGeometry.request_lane_offset(1) + sizeof(RequestLaneControl) +
      SlotIndex(kFirst) * kGeometry.request_slot_bytes);
  slot->length.store(static_cast<std::uint32_t>(kGeometry.request_payload_bytes_max() + 1));
  EXPECT_EQ(ClaimInto(), Claim::kViolation);
}

TEST_F(ShmRing, AnotherSequenceIsNoRequest) {
  client_.TrySubmit({}, {});
  auto* slot = reinterpret_cast<RequestSlot*>(
      memory_.requests().data() + kGeometry.request_lane_offset(1) + sizeof(RequestLaneControl) +
      SlotIndex(kFirst) * kGeometry.request_slot_bytes);
  for (const std::uint64_t other : {std::uint64_t{0}, kFirst - 64, kFirst + 64, kFirst + 1}) {
    slot->sequence.store(other);
    EXPECT_EQ(ClaimInto(), Claim::kNothing) << other;
  }
}

TEST_F(ShmRing, WakesOnlyTheSleeperOfTheAnsweredSlots) {
  const std::uint64_t first = client_.TrySubmit({}, {});
  const std::uint64_t second = client_.TrySubmit({}, {});
  EXPECT_FALSE(client_.AboutToSleep(second));
  ClaimInto();
  server_.Commit({ScoreCode::kOk}, {});
  EXPECT_EQ(server_.AfterCommits(), ServerLane::Wake::kNobody);
  ClaimInto();
  server_.Commit({ScoreCode::kOk}, {});
  EXPECT_EQ(server_.AfterCommits(), ServerLane::Wake::kFutex);
  EXPECT_TRUE(client_.AboutToSleep(first, true));
  client_.WakeUp();
  EXPECT_EQ(server_.AfterCommits(), ServerLane::Wake::kNobody);
}

TEST_F(ShmRing, AParkedServerIsKicked) {
  client_.TrySubmit({}, {});
  EXPECT_FALSE(client_.MustKick());
  EXPECT_EQ(server_.KickedAgo(MonotonicNs()), 0U) << "it never did";
  server_.SetParked(true);
  const std::uint64_t before_ns = MonotonicNs();
  EXPECT_TRUE(client_.MustKick());
  const std::uint64_t after_ns = MonotonicNs();
  EXPECT_LE(server_.KickedAgo(after_ns), after_ns - before_ns + 1);
  server_.SetParked(false);
  EXPECT_FALSE(client_.MustKick());
}

TEST_F(ShmRing, AHostileSleeperWordWakesNobody) {
  auto* control = reinterpret_cast<RequestLaneControl*>(memory_.requests().data() +
                                                        kGeometry.request_lane_offset(1));
  std::mt19937_64 random(7);
  for (int i = 0; i < 1000; ++i) {
    const auto word = static_cast<std::uint32_t>(random());
    control->sleeper.store(word);
    client_.Consume(client_.TrySubmit({}, {}));
    ASSERT_EQ(ClaimInto(), Claim::kRequest);
    server_.Commit({ScoreCode::kOk}, {});
    const auto wake = server_.AfterCommits();
    if (word > kLaneSlots && word != kSleepsOnBell) {
      EXPECT_EQ(wake, ServerLane::Wake::kNobody);
    }
  }
}

// The server's loop, as a thread: echoes, parks after every empty look on odd runs.
void Echo(ServerLane lane, std::uint64_t until, std::atomic<std::uint32_t>* kick, bool park) {
  std::array<std::byte, 384> buffer;
  RequestHead head;
  std::size_t length = 0;
  while (lane.next() != until) {
    while (lane.TryClaim(buffer, &head, &length) == Claim::kRequest) {
      lane.Commit({ScoreCode::kOk, 0, head.layout},
                  {buffer.data(), std::min(length, lane.answer_payload_bytes_max())});
      if (lane.AfterCommits() == ServerLane::Wake::kFutex) lane.WakeFutex();
    }
    if (!park) std::this_thread::yield();
    if (!park || lane.next() == until) continue;
    const std::uint32_t seen = kick->load();
    lane.SetParked(true);
    FullFence();
    if (!lane.HasRequest()) {
      FutexWait(reinterpret_cast<std::uint32_t*>(kick), seen, kNoDeadline);
    }
    lane.SetParked(false);
  }
}

void RunPair(int requests, bool park, std::size_t in_flight) {
  RingMemory memory(kGeometry);
  ClientLane lane = memory.Client(0, kFirst);
  std::atomic<std::uint32_t> kick{0};
  std::thread server(Echo, memory.Server(0, kFirst), kFirst + requests, &kick, park);
  std::uint64_t read = kFirst;
  std::uint64_t sent = kFirst;
  while (read != kFirst + requests) {
    while (sent - read < in_flight && sent != kFirst + requests) {
      const auto bytes = Pattern(sent % 200, sent);
      RequestHead head;
      head.layout = static_cast<std::uint16_t>(sent);
      ASSERT_EQ(lane.TrySubmit(head, bytes), sent);
      ++sent;
    }
    if (lane.MustKick()) {
      kick.fetch_add(1);
      FutexWakeAll(reinterpret_cast<std::uint32_t*>(&kick));
    }
    while (!lane.Answered(read)) {
      if (park && !lane.AboutToSleep(read)) lane.Sleep(read, kNoDeadline);
      if (park) {
        lane.WakeUp();
      } else {
        std::this_thread::yield();
      }
    }
    std::span<const std::byte> payload;
    const AnswerHead head = lane.Read(read, &payload);
    ASSERT_EQ(head.model_version, static_cast<std::uint16_t>(read));
    ASSERT_TRUE(std::ranges::equal(payload, Pattern(read % 200, read)));
    lane.Consume(read++);
  }
  server.join();
}

TEST(ShmRingThreads, SpinningPair) { RunPair(2'000, false, 1); }
TEST(ShmRingThreads, SpinningPairWithAFullLane) { RunPair(50'000, false, kLaneSlots); }
TEST(ShmRingThreads, NoWakeIsLostWhenBothSleep) { RunPair(5'000, true, 1); }
TEST(ShmRingThreads, NoWakeIsLostWithSomeInFlight) { RunPair(10'000, true, 5); }

}  // namespace
}  // namespace pillion
