// Calls over the socket: many threads share it, answers find their caller by tag. Of the threads
// that wait, one reads for all; there is no reader thread, so a lone call costs a send, a poll and
// a receive.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "client/connection/connection.h"

namespace pillion {

// A frame that is awaited. Owned by the caller; known to the channel from Send() until it is done
// or forgotten.
struct AwaitedFrame {
  std::uint64_t tag = 0;
  bool done = false;
  MessageType type{};
  std::vector<std::byte> body;
  std::vector<UniqueFd> fds;  // of ATTACHED
};

class SocketChannel {
 public:
  explicit SocketChannel(std::shared_ptr<Connection> connection);

  // Sends `fixed` and `rest` as one frame and waits for the frame that answers it.
  // kOk: `reply` holds it. kDeadline, kServerGone, kTooLarge: there is none.
  ScoreCode Call(MessageType type, std::span<const std::byte> fixed,
                 std::span<const std::byte> rest, std::uint64_t deadline_ns, AwaitedFrame* reply);

  // The parts of Call(), for several frames under way. A frame that was sent must be waited for
  // until it is done, or forgotten.
  ScoreCode Send(MessageType type, std::span<const std::byte> fixed,
                 std::span<const std::byte> rest, std::uint64_t deadline_ns, AwaitedFrame* reply);
  ScoreCode Wait(AwaitedFrame* reply, std::uint64_t deadline_ns);  // and forgets it
  // kOk: done. kDeadline: still awaited. kServerGone.
  ScoreCode Await(AwaitedFrame* reply, std::uint64_t deadline_ns);
  void Forget(AwaitedFrame* reply);
  // Sends a frame that nobody answers.
  void Tell(MessageType type, std::span<const std::byte> fixed);

  // Every call ends with kServerGone. Any thread.
  void Break();

  int socket() const { return connection_->socket(); }

 private:
  bool Write(std::span<const std::byte> head, std::span<const std::byte> fixed,
             std::span<const std::byte> rest, std::uint64_t deadline_ns);
  // Until there may be room to write.
  void WaitForRoom(std::uint64_t deadline_ns);
  // Waits for `events` and hands out the frames that have come. Called by one thread at a time.
  void ReadOnce(short events, std::uint64_t deadline_ns);
  void GiveBackUnwanted();
  void Deliver(const MessageFrame& frame);
  void GiveBack(const MessageFrame& frame);

  const std::shared_ptr<Connection> connection_;
  std::atomic<std::uint64_t> next_tag_{2};  // 1 was HELLO's
  std::mutex write_mutex_;
  FrameBuffer input_;  // of the thread that reads
  // Likewise: received, of a frame that is not whole yet; and what came for nobody.
  std::vector<UniqueFd> fds_;
  std::vector<std::pair<MessageType, std::uint16_t>> unwanted_;  // to be given back: how, id

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<AwaitedFrame*> awaited_;
  std::uint32_t waiting_ = 0;  // threads, while another one reads
  bool reading_ = false;
  bool broken_ = false;
};

}  // namespace pillion
