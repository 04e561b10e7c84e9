// Tells whether this is still the process that opened the client. A page that the kernel empties
// in a child of fork() costs one load to ask, where getpid() costs a system call.
#pragma once

#include <sys/mman.h>

#include <cstdint>

namespace pillion {

class ForkGuard {
 public:
  ForkGuard() {
    void* page =
        mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return;
    if (madvise(page, kPageBytes, MADV_WIPEONFORK) != 0) {
      munmap(page, kPageBytes);
      return;
    }
    page_ = static_cast<volatile std::uint32_t*>(page);
    *page_ = 1;
  }
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
  ~ForkGuard() {
    if (valid()) munmap(const_cast<std::uint32_t*>(page_), kPageBytes);
  }

  bool valid() const { return page_ != nullptr; }
  bool forked() const { return *page_ == 0; }

 private:
  static constexpr std::size_t kPageBytes = 4096;
  volatile std::uint32_t* page_ = nullptr;
};

}  // namespace pillion
