// Requests under way without a thread that waits for each: submitted on a lane that the queue
// holds, or over the socket, and reported when they have ended. One thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "client/core/client_core.h"
#include "client/ring/ring_call.h"

struct pillion_answer;

namespace pillion {

// Who asked: given at submit, reported at the end.
struct Completion {
  std::uint64_t cookie = 0;
  pillion_answer* answer = nullptr;
};

class Queue {
 public:
  explicit Queue(ClientCore* core) : core_(core) {}
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // `answer` is filled when the completion is reported.
  ScoreCode Submit(const BoundModel& model, RequestKind kind, std::span<const std::byte> request,
                   std::uint64_t timeout_ns, const Completion& completion);
  // Appends up to `capacity` completions.
  void Poll(std::size_t capacity, std::vector<Completion>* completions);
  void Wait(std::uint64_t timeout_ns);
  // False: a poll would report something.
  bool Arm();
  int Descriptor();

 private:
  struct Entry {
    Completion completion;
    const BoundModel* model = nullptr;  // may be gone by now
    ClientCore::Prepared call;
    std::uint64_t sequence = 0;  // 0: without a lane
    AnswerBuffer* answer = nullptr;
    std::size_t request_bytes = 0;        // of one that goes over the socket
    std::unique_ptr<AwaitedFrame> frame;  // null without a lane: it has ended, in process
    std::shared_ptr<SocketChannel> channel;
  };

  ScoreCode SubmitWithoutLane(std::span<const std::byte> request, Entry* entry);
  bool EnsureLane();
  // True if the entry has ended; then its answer is filled.
  bool End(Entry* entry, std::uint64_t now_ns);
  bool SendAgain(Entry* entry);
  bool EndOnRing(Entry* entry, std::uint64_t now_ns);
  bool EndOnSocket(Entry* entry, std::uint64_t now_ns);
  bool AnyEnded();
  bool OnRing() const;

  ClientCore* core_;
  Lane* lane_ = nullptr;
  UniqueFd watch_;  // an epoll of bell and socket; in process, an event that never comes
  std::uint32_t watched_generation_ = 0;  // of the connection whose they are
  std::vector<Entry> entries_;            // in the order of submits
};

}  // namespace pillion
