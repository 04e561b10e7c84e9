// Room for the bytes of a request and of its answer, while a worker scores it. One is enough until
// a batch outlasts its turn and keeps its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "base/heap_bytes.h"
#include "schemas/ring/shm_layout.h"
#include "schemas/socket/message.h"

namespace pillion {

class Scratch {
 public:
  // nullptr: there is no memory.
  static std::unique_ptr<Scratch> Make(std::size_t message_bytes_max) noexcept {
    const std::size_t request = std::max<std::size_t>(message_bytes_max, kSlotBytesMax);
    const std::size_t request_bytes = (request + 7) / 8 * 8;
    const std::size_t bytes = request_bytes + kAnswerHeadBytes + request;
    // Left uninitialised: pages that no message needs are never touched.
    HeapBytes memory = AllocateBytes(bytes);
    std::unique_ptr<Scratch> scratch(memory == nullptr ? nullptr : new (std::nothrow) Scratch);
    if (scratch == nullptr) return nullptr;
    scratch->memory_ = std::move(memory);
    scratch->request_ = {scratch->memory_.get(), request_bytes};
    scratch->response_ = {scratch->memory_.get() + request_bytes, bytes - request_bytes};
    return scratch;
  }

  static constexpr std::size_t kAnswerHeadBytes = sizeof(FrameHeader) + sizeof(AnswerBody);

  // Both start on 8 bytes. The response has room for a frame's head before the longest answer.
  std::span<std::byte> request() const noexcept { return request_; }
  std::span<std::byte> response() const noexcept { return response_; }

 private:
  HeapBytes memory_;
  std::span<std::byte> request_;
  std::span<std::byte> response_;
};

// A worker's: the one that is in use, and those that batches have given back.
class ScratchPool {
 public:
  explicit ScratchPool(std::size_t message_bytes_max)
      : message_bytes_max_(message_bytes_max), current_(Scratch::Make(message_bytes_max)) {
    spare_.reserve(kSparesMax);
  }

  bool valid() const noexcept { return current_ != nullptr; }
  const Scratch& current() const noexcept { return *current_; }
  // Lends the current one for longer; another takes its place. nullptr: there is no memory.
  std::unique_ptr<Scratch> Lend() noexcept {
    std::unique_ptr<Scratch> next;
    if (spare_.empty()) {
      next = Scratch::Make(message_bytes_max_);
    } else {
      next = std::move(spare_.back());
      spare_.pop_back();
    }
    if (next == nullptr) return nullptr;
    return std::exchange(current_, std::move(next));
  }
  void GiveBack(std::unique_ptr<Scratch> scratch) noexcept {
    if (spare_.size() < kSparesMax) spare_.push_back(std::move(scratch));
  }

 private:
  static constexpr std::size_t kSparesMax = 2;

  std::size_t message_bytes_max_;
  std::unique_ptr<Scratch> current_;
  std::vector<std::unique_ptr<Scratch>> spare_;
};

}  // namespace pillion
