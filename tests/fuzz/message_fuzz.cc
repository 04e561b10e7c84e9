// Frames and their bodies as a hostile peer may send them, in pieces of any size.
#include <algorithm>
#include <cstring>

#include "schemas/rows/layout_description.h"
#include "schemas/socket/message.h"

namespace pillion {
namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

template <typename Fixed>
void Split(std::span<const std::byte> body) {
  Fixed fixed;
  std::span<const std::byte> rest;
  if (SplitBody(body, &fixed, &rest)) Require(rest.size() + sizeof(fixed) == body.size());
}

void Use(const MessageFrame& frame) {
  Require(frame.body.size() == frame.header.body_bytes);
  Split<HelloBody>(frame.body);
  Split<WelcomeBody>(frame.body);
  Split<ScoreBody>(frame.body);
  Split<CodeBody>(frame.body);
  if (const auto bind = DecodeBind(frame.body)) {
    const std::vector<std::byte> again = EncodeBind(*bind);
    Require(std::ranges::equal(again, frame.body));
  }
  if (const auto layout = DecodeLayoutDescription(frame.body)) {
    Require(std::ranges::equal(EncodeLayoutDescription(*layout), frame.body));
  }
}

}  // namespace
}  // namespace pillion

// The first byte says in pieces of which size the rest arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  if (size == 0) return 0;
  const std::size_t piece_bytes = 1 + std::size_t{data[0]} * 4;
  std::span<const std::byte> bytes = std::as_bytes(std::span(data + 1, size - 1));
  constexpr std::size_t kBodyBytesMax = 4096;
  FrameBuffer buffer(kBodyBytesMax);
  while (!bytes.empty()) {
    const std::span<std::byte> space = buffer.Space();
    Require(!space.empty() && space.size() <= 4 * (kBodyBytesMax + sizeof(FrameHeader)));
    const std::size_t taken = std::min({piece_bytes, bytes.size(), space.size()});
    std::memcpy(space.data(), bytes.data(), taken);
    buffer.Filled(taken);
    bytes = bytes.subspan(taken);
    MessageFrame frame;
    FrameBuffer::Status status;
    while ((status = buffer.Next(&frame)) == FrameBuffer::Status::kFrame) Use(frame);
    if (status == FrameBuffer::Status::kTooLarge) return 0;
  }
  return 0;
}
