// A model whose rows take what time they ask for, and that counts what it scores. "grind": a
// request of u32s; a row is the first of them, a batch has one row each. A row takes so many
// microseconds. The answer is the request. "echo" and "null" are there too.
#pragma once

#include <atomic>
#include <cstring>
#include <span>
#include <vector>

#include "schemas/ring/waiting.h"
#include "sidecar/serving/echo_scorer.h"

namespace pillion {

class GrindingScorer final : public Scorer {
 public:
  std::uint64_t rows() const { return rows_.load(); }  // begun

  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override {
    const bool grinds = request.model == "grind";
    auto binding = echo_.Bind({grinds ? "echo" : request.model, request.outputs});
    if (binding && grinds) binding->layout = std::make_unique<Layout>(&rows_);
    return binding;
  }
  bool Ready() const override { return true; }
  std::string ModelsJson() const override { return echo_.ModelsJson(); }

 private:
  class Layout final : public BoundLayout {
   public:
    explicit Layout(std::atomic<std::uint64_t>* rows) : rows_(rows) {}

    ScoreResult ScoreRequest(RequestKind kind, std::span<const std::byte> request,
                             std::span<std::byte> response, TurnClock& clock) noexcept override {
      request_ = request;
      response_ = response;
      row_ = 0;
      count_ = kind == RequestKind::kRow ? 1 : request.size() / sizeof(std::uint32_t);
      return Continue(clock);
    }
    ScoreResult Continue(TurnClock& clock) noexcept override {
      while (row_ < count_) {
        Grind(row_);
        if (++row_ < count_ && clock.Passes()) return {.paused = true};
      }
      if (request_.size() <= response_.size()) {
        std::memcpy(response_.data(), request_.data(), request_.size());
      }
      return {ScoreCode::kOk, 1, request_.size(), false};
    }

   private:
    void Grind(std::size_t row) noexcept {
      rows_->fetch_add(1);
      std::uint32_t us = 0;
      std::memcpy(&us, request_.data() + row * sizeof(us), sizeof(us));
      const std::uint64_t end_ns = MonotonicNs() + us * std::uint64_t{1000};
      while (MonotonicNs() < end_ns) CpuRelax();
    }

    std::atomic<std::uint64_t>* rows_;
    std::span<const std::byte> request_;
    std::span<std::byte> response_;
    std::size_t row_ = 0;
    std::size_t count_ = 0;
  };

  EchoScorer echo_;
  std::atomic<std::uint64_t> rows_{0};
};

// A request of "grind".
inline std::vector<std::byte> Grind(std::size_t rows, std::uint32_t us) {
  const std::vector<std::uint32_t> words(rows, us);
  const auto bytes = std::as_bytes(std::span(words));
  return {bytes.begin(), bytes.end()};
}

}  // namespace pillion
