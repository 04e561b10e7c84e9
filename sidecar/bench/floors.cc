#include "sidecar/bench/floors.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <system_error>

#include "schemas/waiting.h"
#include "sidecar/bench/ticks.h"

namespace pillion::bench {
namespace {

// Each word lies alone on a pair of lines: processors prefetch lines in pairs.
struct SharedWords {
  alignas(128) std::atomic<std::uint64_t> there{0};
  alignas(128) std::atomic<std::uint64_t> back{0};
};

constexpr std::uint64_t kStop = ~std::uint64_t{0};

class SharedMemory {
 public:
  SharedMemory()
      : words_(static_cast<SharedWords*>(mmap(nullptr, sizeof(SharedWords), PROT_READ | PROT_WRITE,
                                              MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0))) {
    if (words_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    new (words_) SharedWords();
  }
  ~SharedMemory() { munmap(words_, sizeof(SharedWords)); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  SharedWords* operator->() const { return words_; }

 private:
  SharedWords* words_;
};

// Runs `serve` in a child for as long as this object lives; the child dies with its parent.
class Child {
 public:
  template <typename Serve>
  explicit Child(Serve serve) : pid_(fork()) {
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      serve();
      _exit(0);
    }
  }
  ~Child() { waitpid(pid_, nullptr, 0); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_;
};

// Calls `round_trip(i)` for i = 1, 2, … until the time is over, the first tenth unrecorded.
template <typename RoundTrip>
LatencyHistogram Measure(std::chrono::milliseconds duration, RoundTrip round_trip) {
  LatencyHistogram histogram;
  const std::uint64_t start = Ticks();
  const std::uint64_t total = NsToTicks(static_cast<double>(duration.count()) * 1e6);
  std::uint64_t sent = start;
  for (std::uint64_t i = 1; sent - start < total; ++i) {
    round_trip(i);
    const std::uint64_t now = Ticks();
    if (now - start > total / 10) histogram.Record(now - sent);
    sent = now;
  }
  return histogram;
}

void SpinUntil(const std::atomic<std::uint64_t>& word, std::uint64_t value) noexcept {
  while (word.load(std::memory_order_acquire) != value) CpuRelax();  // SYNC: floor word
}

void SleepUntilChanged(const std::atomic<std::uint64_t>& word, std::uint64_t old) noexcept {
  while (word.load(std::memory_order_acquire) == old) {
    FutexWait(FutexWord(word), static_cast<std::uint32_t>(old), kNoDeadline);
  }
}

void StoreAndWake(std::atomic<std::uint64_t>& word, std::uint64_t value) noexcept {
  word.store(value, std::memory_order_release);  // SYNC: floor word
  FutexWakeAll(FutexWord(word));
}

bool ReadAll(int fd, std::byte* bytes, std::size_t count) noexcept {
  while (count > 0) {
    const ssize_t got = read(fd, bytes, count);
    if (got <= 0) return false;
    bytes += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

LatencyHistogram LineFloor(std::chrono::milliseconds duration) {
  const SharedMemory words;
  const Child child([&] {
    for (std::uint64_t i = 1;; ++i) {
      std::uint64_t seen = 0;
      while ((seen = words->there.load(std::memory_order_acquire)) < i) CpuRelax();
      if (seen == kStop) return;
      words->back.store(i, std::memory_order_release);
    }
  });
  LatencyHistogram histogram = Measure(duration, [&](std::uint64_t i) {
    words->there.store(i, std::memory_order_release);
    SpinUntil(words->back, i);
  });
  words->there.store(kStop, std::memory_order_release);
  return histogram;
}

LatencyHistogram FutexFloor(std::chrono::milliseconds duration) {
  const SharedMemory words;
  const Child child([&] {
    for (std::uint64_t i = 1;; ++i) {
      SleepUntilChanged(words->there, i - 1);
      if (words->there.load(std::memory_order_acquire) == kStop) return;
      StoreAndWake(words->back, i);
    }
  });
  LatencyHistogram histogram = Measure(duration, [&](std::uint64_t i) {
    StoreAndWake(words->there, i);
    SleepUntilChanged(words->back, i - 1);
  });
  StoreAndWake(words->there, kStop);
  return histogram;
}

LatencyHistogram SocketFloor(std::chrono::milliseconds duration) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  std::array<std::byte, 256> request{};
  std::array<std::byte, 64> answer{};
  LatencyHistogram histogram;
  {
    const Child child([&] {
      close(ends[0]);
      while (ReadAll(ends[1], request.data(), request.size())) {
        if (write(ends[1], answer.data(), answer.size()) < 0) return;
      }
    });
    close(ends[1]);
    histogram = Measure(duration, [&](std::uint64_t) {
      if (write(ends[0], request.data(), request.size()) < 0) return;
      ReadAll(ends[0], answer.data(), answer.size());
    });
    close(ends[0]);
  }
  return histogram;
}

}  // namespace pillion::bench
