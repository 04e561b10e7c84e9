// How both ends wait on shared memory: time, fences, futexes. Policy is in spin_budget.h.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace pillion {

inline constexpr std::uint64_t kNoDeadline = ~std::uint64_t{0};

// CLOCK_MONOTONIC, which is the same in all containers of a host.
inline std::uint64_t MonotonicNs() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// A time of CLOCK_MONOTONIC, or a length of time.
inline timespec ToTimespec(std::uint64_t ns) noexcept {
  return {static_cast<time_t>(ns / 1'000'000'000u), static_cast<long>(ns % 1'000'000'000u)};
}

inline void SleepUntil(std::uint64_t until_ns) noexcept {
  const timespec until = ToTimespec(until_ns);
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

inline void CpuRelax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Orders every earlier store before every later load. The thread sanitizer does not model
// fences and the compiler refuses them there; a sequentially consistent exchange does the same.
inline void FullFence() noexcept {
#if defined(__SANITIZE_THREAD__)
  static std::atomic<int> word{0};
  word.exchange(0, std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

// The futex word of a 64-bit sequence: its low half, which changes with each new sequence.
inline std::uint32_t* FutexWord(const std::atomic<std::uint64_t>& sequence) noexcept {
  return reinterpret_cast<std::uint32_t*>(const_cast<std::atomic<std::uint64_t>*>(&sequence));
}

// Sleeps while *word == expected, until `deadline_ns`. May return early. Never the private kind:
// that does not reach another process.
inline void FutexWait(std::uint32_t* word, std::uint32_t expected,
                      std::uint64_t deadline_ns) noexcept {
  const timespec until = ToTimespec(deadline_ns);
  // FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC.
  syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected,
          deadline_ns == kNoDeadline ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

// Wakes every sleeper: a stranger that sleeps on the word cannot swallow the wake.
inline void FutexWakeAll(std::uint32_t* word) noexcept {
  syscall(SYS_futex, word, FUTEX_WAKE, 0x7FFFFFFF, nullptr, nullptr, 0);
}

}  // namespace pillion
