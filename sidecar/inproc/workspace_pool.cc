#include "sidecar/inproc/workspace_pool.h"

namespace pillion {

WorkspacePool::~WorkspacePool() {
  for (Place& place : places_) delete place.workspace.load(std::memory_order_acquire);
}

std::unique_ptr<PooledWorkspace> WorkspacePool::Take(std::uint32_t thread) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    std::atomic<PooledWorkspace*>& place = places_[(thread + i) % places_.size()].workspace;
    if (place.load(std::memory_order_relaxed) == nullptr) continue;
    PooledWorkspace* const taken = place.exchange(nullptr, std::memory_order_acquire);
    if (taken != nullptr) return std::unique_ptr<PooledWorkspace>(taken);
  }
  return std::make_unique<PooledWorkspace>(binding_);
}

void WorkspacePool::Return(std::uint32_t thread,
                           std::unique_ptr<PooledWorkspace> workspace) noexcept {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    std::atomic<PooledWorkspace*>& place = places_[(thread + i) % places_.size()].workspace;
    PooledWorkspace* expected = nullptr;
    if (place.compare_exchange_strong(expected, workspace.get(), std::memory_order_release,
                                      std::memory_order_relaxed)) {
      workspace.release();
      return;
    }
  }
}

}  // namespace pillion
