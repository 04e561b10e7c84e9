// Rings beside the first one: what a client gets, what it may not have, and what is left of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "tests/sidecar/transport/raw_client.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {
namespace {

std::size_t MappedBytes() {
  std::ifstream maps("/proc/self/maps");
  std::size_t bytes = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find("memfd:pillion") == std::string::npos) continue;
    bytes +=
        std::stoull(line.substr(line.find('-') + 1), nullptr, 16) - std::stoull(line, nullptr, 16);
  }
  return bytes;
}

std::vector<std::byte> Row(std::size_t size) {
  std::vector<std::byte> row(size);
  for (std::size_t i = 0; i < size; ++i) row[i] = static_cast<std::byte>(i * 7 + size);
  return row;
}

class Attach : public ::testing::Test {
 protected:
  void ExpectScores(RawClient* client, ClientLane* lane, std::size_t size) {
    const auto head = client->Score(lane, layout_, Row(size));
    ASSERT_TRUE(head) << "the connection ended";
    EXPECT_EQ(head->code, ScoreCode::kOk);
    EXPECT_EQ(client->answer(), Row(size));
  }

  TestServer server_;
  RawClient client_{server_.path()};
  bool greeted_ = client_.Greet();
  std::uint16_t layout_ = client_.Bind("echo");
};

TEST_F(Attach, GivesARingBesideTheFirst) {
  EXPECT_EQ(client_.welcome().minor, kProtocolMinor);
  ClientLane old = client_.Lane(0);
  ExpectScores(&client_, &old, 300);
  auto ring = client_.Attach({3, 16384, 8192, 0});
  ASSERT_TRUE(ring);
  EXPECT_EQ(ring->id, 1);
  EXPECT_EQ(ring->geometry, (Geometry{3, 16384, 8192}));
  for (int round = 0; round < 10; ++round) {
    for (ClientLane& lane : ring->lanes) ExpectScores(&client_, &lane, 8000);
    ExpectScores(&client_, &old, 200);
  }
}

TEST_F(Attach, NumbersOfDetachedRingsComeAgain) {
  const std::size_t mapped = MappedBytes();
  for (int round = 0; round < 50; ++round) {
    RawClient client(server_.path());
    ASSERT_TRUE(client.Greet());
    layout_ = client.Bind("echo");
    for (int i = 0; i < 5; ++i) {
      auto ring = client.Attach({2, 1152, 384, 0});
      ASSERT_TRUE(ring);
      EXPECT_EQ(ring->id, 1);
      ExpectScores(&client, ring->lanes.data(), 100);
      client.Detach(ring->id);
    }
    client.Detach(0);  // the first one is like the others
    auto ring = client.Attach({2, 1152, 384, 0});
    ASSERT_TRUE(ring);
    EXPECT_EQ(ring->id, 0);
    ExpectScores(&client, &ring->lanes[1], 100);
  }
  while (server_.server().client_count() != 1) std::this_thread::yield();
  for (int i = 0; i < 5000 && MappedBytes() != mapped; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(MappedBytes(), mapped) << "memory is left of clients that are gone";
}

TEST_F(Attach, IsBounded) {
  ScoreCode refusal = ScoreCode::kOk;
  auto largest = client_.Attach({64, 0xFFFFFFFF, 0xFFFFFFFF, 0});
  ASSERT_TRUE(largest);
  EXPECT_LE(largest->geometry.bytes(), kRingBytesMax);
  EXPECT_EQ(largest->geometry.request_slot_bytes, kSlotBytesMax);
  for (int i = 2; i < kRingsMax; ++i) ASSERT_TRUE(client_.Attach({1, 128, 128, 0}));
  EXPECT_FALSE(client_.Attach({1, 128, 128, 0}, &refusal));
  EXPECT_EQ(refusal, ScoreCode::kBusy);
  client_.Detach(2);
  EXPECT_TRUE(client_.Attach({1, 128, 128, 0})) << "a refusal is not for ever";
}

TEST_F(Attach, NeedsSharedMemory) {
  RawClient client(server_.path());
  ASSERT_TRUE(client.Greet({.features = 0}));
  ScoreCode refusal = ScoreCode::kOk;
  EXPECT_FALSE(client.Attach({1, 128, 128, 0}, &refusal));
  EXPECT_EQ(refusal, ScoreCode::kUnsupported);
}

TEST_F(Attach, WhatIsMalformedIsAnsweredOrEndsTheConnection) {
  client_.Send(MessageType::kAttach, 5, std::uint32_t{1});
  EXPECT_EQ(client_.Receive()->code(), ScoreCode::kMalformed);
  for (const std::uint16_t ring : {1, 3, 4, 255, 0xFFFF}) client_.Detach(ring);
  EXPECT_TRUE(client_.Attach({1, 128, 128, 0})) << "the connection goes on";
  client_.Send(MessageType::kDetach, 5, std::uint32_t{1});
  EXPECT_EQ(client_.Receive()->code(), ScoreCode::kMalformed);
  EXPECT_FALSE(client_.Receive()) << "cut off";
}

TEST_F(Attach, ARingMayGoWithItsRequests) {
  RawClient honest(server_.path());
  ASSERT_TRUE(honest.Greet());
  layout_ = honest.Bind("echo");
  ClientLane lane = honest.Lane(0);
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    auto ring = client_.Attach({8, 384, 384, 0});
    ASSERT_TRUE(ring);
    for (ClientLane& its : ring->lanes) {
      for (std::uint32_t i = random() % kLaneSlots; i > 0; --i) {
        its.TrySubmit({RequestKind::kRow, layout_, 0}, Row(100));
      }
    }
    client_.Kick();
    client_.Detach(ring->id);
    ExpectScores(&honest, &lane, 200);
  }
}

TEST_F(Attach, EveryRingIsToldOfTheEnd) {
  auto ring = client_.Attach({1, 384, 384, 0});
  ASSERT_TRUE(ring);
  ExpectScores(&client_, ring->lanes.data(), 100);
  std::jthread stop([this] { server_.Stop(); });
  EXPECT_EQ(client_.Receive()->code(), ScoreCode::kDraining);
  EXPECT_EQ(ring->header->state.load(), static_cast<std::uint32_t>(ServerState::kDraining));
}

}  // namespace
}  // namespace pillion
