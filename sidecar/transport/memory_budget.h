// Bytes of shared memory that clients hold, against the most that all may. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace pillion {

class MemoryBudget {
 public:
  // Goes with the memory; outlived by the budget.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (budget_ != nullptr) budget_->held_.fetch_sub(bytes_, std::memory_order_relaxed);
    }

   private:
    friend MemoryBudget;
    Share(MemoryBudget* budget, std::uint64_t bytes) : budget_(budget), bytes_(bytes) {}

    MemoryBudget* budget_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

  explicit MemoryBudget(std::uint64_t most) : most_(most) {}

  // Before memory is touched. Nothing: there is not so much left.
  std::optional<Share> Take(std::uint64_t bytes) noexcept {
    std::uint64_t held = held_.load(std::memory_order_relaxed);
    do {
      if (bytes > most_ - held) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return std::nullopt;
      }
    } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
    return Share(this, bytes);
  }

  std::uint64_t most() const noexcept { return most_; }
  std::uint64_t held() const noexcept { return held_.load(std::memory_order_relaxed); }
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  const std::uint64_t most_;
  std::atomic<std::uint64_t> held_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace pillion
