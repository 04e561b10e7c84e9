// Rows that differ from call to call, and whether each came back as it went.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "client/pillion.hpp"

namespace pillion {

// Connected as soon as there is a server. Throws where that can never be.
Client ConnectSoon(const std::string& url);

// Of the model "echo", by one thread. The model outlives it.
class EchoCaller {
 public:
  static constexpr std::size_t kBytesMax = 200;

  EchoCaller(const client_api::Model& model, std::uint64_t seed)
      : model_(model), answer_(model.NewAnswer()), seed_(seed) {}

  // REQUIRES: bytes <= kBytesMax.
  pillion_code Call(std::size_t bytes, std::uint64_t timeout_ns) {
    for (std::uint64_t& word : row_) word = ++seed_ * 0x9E3779B97F4A7C15U;
    sent_ = bytes;
    return pillion_score_bytes(model_.get(), PILLION_ROW, row_.data(), bytes, timeout_ns,
                               answer_.get());
  }
  // REQUIRES: the last call was PILLION_OK.
  bool IsRight() {
    std::size_t size = 0;
    const void* got = pillion_answer_bytes(answer_.get(), &size);
    return size == sent_ && std::memcmp(got, row_.data(), size) == 0;
  }

 private:
  const client_api::Model& model_;
  client_api::Answer answer_;
  std::uint64_t seed_;
  std::size_t sent_ = 0;
  std::array<std::uint64_t, kBytesMax / sizeof(std::uint64_t)> row_{};
};

}  // namespace pillion
