// Where the bytes of an answer are put: private to the caller, on 8 bytes, reused from call to
// call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "schemas/ring/shm_ring.h"

namespace pillion {

class AnswerBuffer {
 public:
  AnswerHead head;

  std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte*>(words_.data()), size_};
  }
  // Takes memory only where an answer is longer than all before it.
  void Assign(const AnswerHead& answer, std::span<const std::byte> payload) {
    head = answer;
    size_ = payload.size();
    if (words_.size() * sizeof(std::uint64_t) < size_) words_.resize((size_ + 7) / 8);
    if (size_ != 0) std::memcpy(words_.data(), payload.data(), size_);
  }
  // Room to write an answer to, at least so many bytes; then Filled(). What was there is lost.
  std::span<std::byte> Room(std::size_t bytes_min) {
    size_ = 0;
    if (words_.size() * sizeof(std::uint64_t) < bytes_min) words_.resize((bytes_min + 7) / 8);
    return std::as_writable_bytes(std::span(words_));
  }
  // REQUIRES: as many bytes as that room has, at most.
  void Filled(const AnswerHead& answer, std::size_t bytes) {
    head = answer;
    size_ = bytes;
  }
  ScoreCode Fail(ScoreCode code) {
    head = {code, 0, 0};
    size_ = 0;
    return code;
  }

 private:
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(48);  // an answer slot's worth
  std::size_t size_ = 0;
};

}  // namespace pillion
