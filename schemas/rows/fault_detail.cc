#include "schemas/rows/fault_detail.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace pillion {
namespace {

constexpr std::size_t kTexts = 3;

struct FaultHead {
  ErrorDetail place;
  std::uint16_t text_bytes[kTexts] = {};
  std::uint16_t reserved = 0;
};
static_assert(sizeof(ErrorDetail) == 8);
static_assert(sizeof(FaultHead) == 16);

}  // namespace

std::size_t EncodeFault(const FaultDetail& fault, std::span<std::byte> room) noexcept {
  const std::array<std::string_view, kTexts> texts{fault.op, fault.stage, fault.column};
  const bool silent = fault.op.empty() && fault.stage.empty() && fault.column.empty();
  FaultHead head{fault.place, {}, 0};
  if (silent || room.size() < sizeof(head)) {
    const std::size_t bytes = std::min(room.size(), sizeof(fault.place));
    if (bytes != 0) std::memcpy(room.data(), &head, bytes);
    return bytes;
  }
  std::size_t end = sizeof(head);
  for (std::size_t i = 0; i < kTexts; ++i) {
    const std::string_view text = texts[i];
    const bool fits = text.size() <= room.size() - end &&
                      text.size() <= std::numeric_limits<std::uint16_t>::max();
    if (text.empty() || !fits) continue;
    std::memcpy(room.data() + end, text.data(), text.size());
    head.text_bytes[i] = static_cast<std::uint16_t>(text.size());
    end += text.size();
  }
  std::memcpy(room.data(), &head, sizeof(head));
  return end;
}

FaultDetail DecodeFault(std::span<const std::byte> bytes) noexcept {
  FaultDetail fault;
  if (bytes.size() < sizeof(fault.place)) return fault;
  FaultHead head;
  std::memcpy(static_cast<void*>(&head), bytes.data(), std::min(bytes.size(), sizeof(head)));
  fault.place = head.place;
  if (bytes.size() < sizeof(head)) return fault;
  bytes = bytes.subspan(sizeof(head));
  std::array<std::string_view*, kTexts> texts{&fault.op, &fault.stage, &fault.column};
  for (std::size_t i = 0; i < kTexts; ++i) {
    if (head.text_bytes[i] > bytes.size()) break;
    *texts[i] = {reinterpret_cast<const char*>(bytes.data()), head.text_bytes[i]};
    bytes = bytes.subspan(head.text_bytes[i]);
  }
  return fault;
}

}  // namespace pillion
