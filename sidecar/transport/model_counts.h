// Answers by model and code, and how long they took. Each worker has counters of its own, so that
// scoring writes no memory that another thread writes; they are summed when somebody asks. Used by
// the control thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/transport/stats.h"

namespace pillion {

using CodeCounts = std::array<std::uint64_t, CodeCounters::kCodes>;  // [code]

inline void AddTo(CodeCounts& sum, const CodeCounters& counters) {
  for (std::size_t code = 0; code < sum.size(); ++code) sum[code] += counters.value(code);
}

struct DurationCounts {
  std::array<std::uint64_t, DurationCounters::kBuckets> buckets{};
  std::uint64_t sum_ns = 0;

  void Add(const DurationCounters& counters) {
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += counters.value(i);
    sum_ns += counters.sum_ns();
  }
};

class ModelCounts {
 public:
  struct Sums {
    CodeCounts answers{};
    DurationCounts durations;
  };

  explicit ModelCounts(std::size_t workers) : workers_(workers) {}

  // Valid for as long as this object; written by the worker.
  ModelCounters* Of(std::string_view model, std::size_t worker) {
    auto it = models_.find(model);
    if (it == models_.end()) {
      it = models_.emplace(model, std::make_unique<ModelCounters[]>(workers_)).first;
    }
    return &it->second[worker];
  }

  std::map<std::string, Sums> Sum() const {
    std::map<std::string, Sums> sums;
    for (const auto& [model, counters] : models_) {
      Sums& sum = sums[model];
      for (std::size_t worker = 0; worker < workers_; ++worker) {
        AddTo(sum.answers, counters[worker].answers);
        sum.durations.Add(counters[worker].durations);
      }
    }
    return sums;
  }

 private:
  std::size_t workers_;
  std::map<std::string, std::unique_ptr<ModelCounters[]>, std::less<>> models_;
};

}  // namespace pillion
