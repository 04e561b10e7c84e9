#include "sidecar/bench/floors.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <new>
#include <system_error>

#include "schemas/ring/waiting.h"
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

class SocketPair {
 public:
  SocketPair() {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0) {
      throw std::system_error(errno, std::generic_category(), "socketpair");
    }
  }
  ~SocketPair() {
    for (const int end : ends_) close(end);
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;

  int parent() const { return ends_[0]; }
  int child() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{};
};

bool ReadAll(int fd, std::byte* bytes, std::size_t count) noexcept {
  while (count > 0) {
    const ssize_t got = read(fd, bytes, count);
    if (got <= 0) return false;
    bytes += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

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

}  // namespace

Floor::~Floor() {
  // Children forked later hold copies of its descriptors, so no end of file would come.
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

template <typename Serve>
void Floor::Fork(Serve serve) {
  child_ = fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  serve();
  _exit(0);
}

namespace {

// A floor of two words. Between runs the child reads from a socket.
class WordsFloor : public Floor {
 public:
  LatencyHistogram Run(std::chrono::milliseconds duration) final {
    words_->there.store(0, std::memory_order_relaxed);
    words_->back.store(0, std::memory_order_relaxed);
    const std::byte go{1};
    if (write(wake_.parent(), &go, 1) != 1) return {};
    std::uint64_t last = 0;
    LatencyHistogram histogram = Measure(duration, [&](std::uint64_t i) {
      RoundTrip(i);
      last = i;
    });
    RoundTripToStop(last);
    return histogram;
  }

 protected:
  // Answers in the child until there is kStop, then answers kStop.
  virtual void Serve() noexcept = 0;
  virtual void RoundTrip(std::uint64_t i) noexcept = 0;
  // `last`: what came back last.
  virtual void RoundTripToStop(std::uint64_t last) noexcept = 0;
  void Start() {
    Fork([this] {
      std::byte go{0};
      while (ReadAll(wake_.child(), &go, 1)) Serve();
    });
  }

  SharedMemory words_;

 private:
  SocketPair wake_;
};

class LineFloor final : public WordsFloor {
 public:
  LineFloor() { Start(); }

 private:
  void Serve() noexcept override {
    std::uint64_t seen = 0;
    for (std::uint64_t i = 1; seen != kStop; ++i) {
      while ((seen = words_->there.load(std::memory_order_acquire)) < i) CpuRelax();
      words_->back.store(seen, std::memory_order_release);
    }
  }
  void RoundTrip(std::uint64_t i) noexcept override {
    words_->there.store(i, std::memory_order_release);
    SpinUntil(words_->back, i);
  }
  void RoundTripToStop(std::uint64_t /*last*/) noexcept override { RoundTrip(kStop); }
};

class FutexFloor final : public WordsFloor {
 public:
  FutexFloor() { Start(); }

 private:
  void Serve() noexcept override {
    std::uint64_t seen = 0;
    while (seen != kStop) {
      SleepUntilChanged(words_->there, seen);
      seen = words_->there.load(std::memory_order_acquire);
      StoreAndWake(words_->back, seen);
    }
  }
  void RoundTrip(std::uint64_t i) noexcept override {
    StoreAndWake(words_->there, i);
    SleepUntilChanged(words_->back, i - 1);
  }
  void RoundTripToStop(std::uint64_t last) noexcept override {
    StoreAndWake(words_->there, kStop);
    SleepUntilChanged(words_->back, last);
  }
};

class SocketFloor final : public Floor {
 public:
  SocketFloor() {
    Fork([this] {
      std::array<std::byte, kRequestBytes> request{};
      const std::array<std::byte, kAnswerBytes> answer{};
      while (ReadAll(ends_.child(), request.data(), request.size())) {
        if (write(ends_.child(), answer.data(), answer.size()) < 0) return;
      }
    });
  }

  LatencyHistogram Run(std::chrono::milliseconds duration) override {
    const std::array<std::byte, kRequestBytes> request{};
    std::array<std::byte, kAnswerBytes> answer{};
    return Measure(duration, [&](std::uint64_t) {
      if (write(ends_.parent(), request.data(), request.size()) < 0) return;
      ReadAll(ends_.parent(), answer.data(), answer.size());
    });
  }

 private:
  static constexpr std::size_t kRequestBytes = 256;
  static constexpr std::size_t kAnswerBytes = 64;

  SocketPair ends_;
};

}  // namespace

std::unique_ptr<Floor> MakeLineFloor() { return std::make_unique<LineFloor>(); }
std::unique_ptr<Floor> MakeFutexFloor() { return std::make_unique<FutexFloor>(); }
std::unique_ptr<Floor> MakeSocketFloor() { return std::make_unique<SocketFloor>(); }

}  // namespace pillion::bench
