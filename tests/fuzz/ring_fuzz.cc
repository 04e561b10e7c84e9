// The server's end of a lane on memory that a hostile client wrote, also between two claims. The
// input is a list of writes; the memory has exactly the lane's size, so that the sanitizer sees a
// step outside.
#include <cstring>
#include <memory>
#include <vector>

#include "schemas/ring/shm_ring.h"

namespace pillion {
namespace {

constexpr Geometry kGeometry{.lane_count = 1, .request_slot_bytes = 256, .answer_slot_bytes = 128};
constexpr std::uint64_t kFirst = (1ull << 62) + 61;  // wraps around the slots early

// One step: 2 bytes where, 1 byte how, 8 bytes what.
struct Step {
  std::uint16_t offset;
  std::uint8_t action;
  std::uint64_t value;
};
constexpr std::size_t kStepBytes = 11;

Step ReadStep(const std::uint8_t* bytes) {
  Step step{};
  std::memcpy(&step.offset, bytes, 2);
  step.action = bytes[2];
  std::memcpy(&step.value, bytes + 3, 8);
  return step;
}

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

struct AlignedMemory {
  explicit AlignedMemory(std::size_t bytes)
      : data(static_cast<std::byte*>(::operator new(bytes, std::align_val_t(kSlotAlignment)))) {
    std::memset(data, 0, bytes);
  }
  ~AlignedMemory() { ::operator delete(data, std::align_val_t(kSlotAlignment)); }
  std::byte* data;
};

void Serve(ServerLane* lane, std::uint8_t answer_bytes) {
  std::vector<std::byte> buffer(lane->request_payload_bytes_max());
  RequestHead head;
  std::size_t length = 0;
  // The same slot is never claimed twice, so a full lane is the most that one look can find.
  for (std::uint32_t i = 0; i <= kLaneSlots; ++i) {
    const Claim claim = lane->TryClaim(buffer, &head, &length);
    if (claim != Claim::kRequest) return;
    Require(i < kLaneSlots);
    Require(length <= buffer.size());
    const std::vector<std::byte> answer(answer_bytes % (lane->answer_payload_bytes_max() + 1));
    lane->Commit({ScoreCode::kOk, 0, 1}, answer);
    if (lane->AfterCommits() == ServerLane::Wake::kFutex) lane->WakeFutex();
  }
}

}  // namespace
}  // namespace pillion

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  const AlignedMemory requests(kGeometry.request_lane_bytes());
  const AlignedMemory answers(kGeometry.answer_lane_bytes());
  ServerLane lane(requests.data, answers.data, kGeometry, kFirst);
  for (; size >= kStepBytes; data += kStepBytes, size -= kStepBytes) {
    const Step step = ReadStep(data);
    const std::size_t words = kGeometry.request_lane_bytes() / 8;
    switch (step.action % 4) {
      case 0:  // any word
        std::memcpy(requests.data + step.offset % words * 8, &step.value, 8);
        break;
      case 1: {  // publish the slot that the server looks at, or one near it
        const std::uint64_t sequence = lane.next() + step.offset % 3;
        auto* slot = requests.data + sizeof(RequestLaneControl) +
                     SlotIndex(sequence) * kGeometry.request_slot_bytes;
        std::memcpy(slot, &sequence, 8);
        std::memcpy(slot + 8, &step.value, 8);
        break;
      }
      case 2: Serve(&lane, static_cast<std::uint8_t>(step.value)); break;
      case 3:
        lane.SetParked(step.value % 2 == 0);
        Require(lane.HasRequest() == lane.HasRequest());
        break;
    }
  }
  Serve(&lane, 0);
  return 0;
}
