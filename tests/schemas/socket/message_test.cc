#include "schemas/socket/message.h"

#include <gtest/gtest.h>

#include "base/cpu_allowance.h"

namespace pillion {
namespace {

std::vector<std::byte> Sequence(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

// The bytes of PROTOCOL.md, written out.
TEST(Message, AFrameIsWhatTheProtocolSays) {
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kScore, 0x0102, ScoreBody{3, 1, 0, 0x0A0B}, Sequence(2));
  const std::uint8_t expected[] = {18, 0, 0, 0, 6, 0, 0, 0,   2,   1, 0, 0, 0, 0, 0, 0, 3,
                                   0,  1, 0, 0, 0, 0, 0, 0xB, 0xA, 0, 0, 0, 0, 0, 0, 0, 1};
  ASSERT_EQ(frame.size(), sizeof(expected));
  EXPECT_EQ(std::memcmp(frame.data(), expected, sizeof(expected)), 0);
}

TEST(Message, BindSurvivesTheWay) {
  const BindRequest request{"house", {"prediction", "", "größe"}};
  const auto decoded = DecodeBind(EncodeBind(request));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->model, request.model);
  EXPECT_EQ(decoded->outputs, request.outputs);
  EXPECT_TRUE(decoded->absent.empty());
  const std::vector<std::string> absent = {"label", "größe"};
  const auto without = DecodeBind(EncodeBind({"house", {"prediction"}, absent}));
  ASSERT_TRUE(without);
  EXPECT_EQ(without->outputs, std::vector<std::string>{"prediction"});
  EXPECT_EQ(without->absent, absent);
}

TEST(Message, EveryCutOfABindIsRefused) {
  const std::size_t first_part = EncodeBind({"house", {"a", "b"}}).size();
  auto body = EncodeBind({"house", {"a", "b"}, {"x", "y"}});
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_EQ(DecodeBind(std::span(body).first(size)).has_value(), size == first_part) << size;
  }
  body.push_back(std::byte{0});
  EXPECT_FALSE(DecodeBind(body)) << "bytes behind the end";
}

TEST(FrameBuffer, PutsFramesTogetherFromPiecesOfAnySize) {
  std::vector<std::byte> stream;
  for (std::size_t i = 0; i < 40; ++i) {
    AppendPlainFrame(&stream, MessageType::kAsk, i + 1, Sequence(i * 97));
  }
  for (std::size_t piece = 1; piece < 9000; piece = piece * 3 + 1) {
    FrameBuffer buffer(1 << 20);
    std::uint64_t next = 1;
    for (std::size_t at = 0; at < stream.size();) {
      const auto space = buffer.Space();
      const std::size_t taken = std::min({piece, stream.size() - at, space.size()});
      std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(at), taken, space.begin());
      buffer.Filled(taken);
      at += taken;
      MessageFrame frame;
      while (buffer.Next(&frame) == FrameBuffer::Status::kFrame) {
        EXPECT_EQ(frame.header.tag, next);
        EXPECT_TRUE(std::ranges::equal(frame.body, Sequence((next - 1) * 97)));
        ++next;
      }
    }
    EXPECT_EQ(next, 41u) << "in pieces of " << piece;
    EXPECT_TRUE(buffer.empty());
  }
}

TEST(FrameBuffer, AHeaderAloneAsksForNoMemory) {
  FrameBuffer buffer(1 << 30);
  const FrameHeader header{1 << 30, MessageType::kScore, 0, 1};
  std::memcpy(buffer.Space().data(), &header, sizeof(header));
  buffer.Filled(sizeof(header));
  MessageFrame frame;
  EXPECT_EQ(buffer.Next(&frame), FrameBuffer::Status::kNeedMore);
  EXPECT_LT(buffer.Space().size(), 10'000u);
}

TEST(FrameBuffer, RefusesABodyOverTheLimit) {
  FrameBuffer buffer(100);
  const FrameHeader header{101, MessageType::kScore, 0, 1};
  std::memcpy(buffer.Space().data(), &header, sizeof(header));
  buffer.Filled(sizeof(header));
  MessageFrame frame;
  EXPECT_EQ(buffer.Next(&frame), FrameBuffer::Status::kTooLarge);
}

TEST(CpuAllowance, ReadsBothKindsOfQuota) {
  EXPECT_EQ(ParseCpuMax("50000 100000\n"), 0.5);
  EXPECT_EQ(ParseCpuMax("max 100000"), CpuAllowance::kNoQuota);
  EXPECT_EQ(ParseCpuMax("max"), std::nullopt);
  EXPECT_EQ(ParseCpuMax("x 100000"), std::nullopt);
  EXPECT_EQ(ParseCpuMax("50000 0"), std::nullopt);
  EXPECT_EQ(ParseCfsQuota("-1\n", "100000\n"), CpuAllowance::kNoQuota);
  EXPECT_EQ(ParseCfsQuota("250000", "100000"), 2.5);
  EXPECT_GE(ReadCpuAllowance().cpus, 1);
}

}  // namespace
}  // namespace pillion
