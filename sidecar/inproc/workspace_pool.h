// Workspaces of one plan for any number of threads: who scores takes one out and puts it back, by
// one exchange of a word that a thread mostly has for itself. Workspaces are made as threads need
// them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "sidecar/serving/score_request.h"

namespace pillion {

struct PooledWorkspace {
  explicit PooledWorkspace(const ModelBinding& binding) : score(binding) {}

  ScoreWorkspace score;
  std::vector<std::uint64_t> request;  // a copy of one that does not begin on 8 bytes
};

class WorkspacePool {
 public:
  explicit WorkspacePool(ModelBinding binding) : binding_(std::move(binding)) {}
  ~WorkspacePool();  // REQUIRES: none is out
  WorkspacePool(const WorkspacePool&) = delete;
  WorkspacePool& operator=(const WorkspacePool&) = delete;

  // Allocates where all that there are, are out. `thread`: any number, the thread's own at best.
  std::unique_ptr<PooledWorkspace> Take(std::uint32_t thread);
  void Return(std::uint32_t thread, std::unique_ptr<PooledWorkspace> workspace) noexcept;

 private:
  struct alignas(64) Place {
    std::atomic<PooledWorkspace*> workspace{nullptr};
  };

  const ModelBinding binding_;
  std::array<Place, 64> places_;
};

}  // namespace pillion
