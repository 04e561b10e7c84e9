// Answers by model and code. Each worker has counters of its own, so that scoring writes no memory
// that another thread writes; they are summed when somebody asks. Used by the control thread.
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

class ModelCounts {
 public:
  explicit ModelCounts(std::size_t workers) : workers_(workers) {}

  // Valid for as long as this object; written by the worker.
  CodeCounters* Of(std::string_view model, std::size_t worker) {
    auto it = models_.find(model);
    if (it == models_.end()) {
      it = models_.emplace(model, std::make_unique<CodeCounters[]>(workers_)).first;
    }
    return &it->second[worker];
  }

  std::map<std::string, CodeCounts> Sums() const {
    std::map<std::string, CodeCounts> sums;
    for (const auto& [model, counters] : models_) {
      CodeCounts& sum = sums[model];
      for (std::size_t worker = 0; worker < workers_; ++worker) AddTo(sum, counters[worker]);
    }
    return sums;
  }

 private:
  std::size_t workers_;
  std::map<std::string, std::unique_ptr<CodeCounters[]>, std::less<>> models_;
};

}  // namespace pillion
