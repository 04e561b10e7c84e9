// Counters of a worker. Written by its thread alone, read by any.
#pragma once

#include <array>
#include <cstdint>

#include "base/counter.h"
#include "schemas/types/score_code.h"

namespace pillion {

// Answers by their code.
class alignas(64) CodeCounters {
 public:
  static constexpr std::size_t kCodes = 128;

  void Add(ScoreCode code) noexcept { counters_[static_cast<std::size_t>(code) % kCodes].Add(1); }
  std::uint64_t value(std::size_t code) const noexcept { return counters_[code].value(); }

 private:
  std::array<Counter, kCodes> counters_;
};

// Durations, in buckets.
class DurationCounters {
 public:
  // Upper bounds, inclusive. What is longer is in a bucket of its own.
  static constexpr std::array<std::uint64_t, 15> kBoundsNs = {
      250,     500,     1'000,   2'500,     5'000,     10'000,     25'000,     50'000,
      100'000, 250'000, 500'000, 1'000'000, 5'000'000, 25'000'000, 100'000'000};
  static constexpr std::size_t kBuckets = kBoundsNs.size() + 1;

  // `count` of `each_ns`.
  void Add(std::uint64_t each_ns, std::uint64_t count) noexcept {
    std::size_t bucket = 0;
    while (bucket < kBoundsNs.size() && each_ns > kBoundsNs[bucket]) ++bucket;
    buckets_[bucket].Add(count);
    sum_ns_.Add(each_ns * count);
  }
  std::uint64_t value(std::size_t bucket) const noexcept { return buckets_[bucket].value(); }
  std::uint64_t sum_ns() const noexcept { return sum_ns_.value(); }

 private:
  std::array<Counter, kBuckets> buckets_;
  Counter sum_ns_;
};

// Of what is asked of one model.
struct alignas(64) ModelCounters {
  CodeCounters answers;
  DurationCounters durations;
};

struct alignas(64) WorkerStats {
  Counter ring_requests;
  Counter socket_requests;
  Counter over_slot;   // ring answers that no slot holds: asked for again over the socket
  Counter violations;  // peers closed for breaking the protocol
  Counter kicks;
  Counter sleeps;
  Counter busy_ns;             // turns in which there was something to do
  CodeCounters without_model;  // answers to requests whose layout was not looked at, or unknown
};

}  // namespace pillion
