#include "client/socket/socket_channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "schemas/socket/descriptors.h"

namespace pillion {
namespace {

// Waits for `events`, at most for a second: callers look at the clock again.
void PollSocket(int fd, short events, std::uint64_t deadline_ns) {
  const std::uint64_t now = MonotonicNs();
  const std::uint64_t left =
      now >= deadline_ns ? 0 : std::min<std::uint64_t>(deadline_ns - now, 1'000'000'000);
  const timespec wait = ToTimespec(left);
  pollfd descriptor{fd, events, 0};
  ppoll(&descriptor, 1, &wait, nullptr);
}

bool TryAgain() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

SocketChannel::SocketChannel(std::shared_ptr<Connection> connection)
    : connection_(std::move(connection)), input_(connection_->message_bytes_max()) {}

ScoreCode SocketChannel::Call(MessageType type, std::span<const std::byte> fixed,
                              std::span<const std::byte> rest, std::uint64_t deadline_ns,
                              AwaitedFrame* reply) {
  const ScoreCode sent = Send(type, fixed, rest, deadline_ns, reply);
  return sent == ScoreCode::kOk ? Wait(reply, deadline_ns) : sent;
}

ScoreCode SocketChannel::Send(MessageType type, std::span<const std::byte> fixed,
                              std::span<const std::byte> rest, std::uint64_t deadline_ns,
                              AwaitedFrame* reply) {
  const std::size_t body_bytes = fixed.size() + rest.size();
  if (body_bytes > connection_->message_bytes_max()) return ScoreCode::kTooLarge;
  reply->tag = next_tag_.fetch_add(1, std::memory_order_relaxed);
  reply->done = false;
  {
    const std::lock_guard lock(mutex_);
    if (broken_) return ScoreCode::kServerGone;
    awaited_.push_back(reply);
  }
  const FrameHeader header{static_cast<std::uint32_t>(body_bytes), type, 0, reply->tag};
  if (Write(std::as_bytes(std::span(&header, 1)), fixed, rest, deadline_ns)) {
    return ScoreCode::kOk;
  }
  Forget(reply);
  return connection_->dead() || deadline_ns > MonotonicNs() ? ScoreCode::kServerGone
                                                            : ScoreCode::kDeadline;
}

void SocketChannel::Tell(MessageType type, std::span<const std::byte> fixed) {
  const FrameHeader header{static_cast<std::uint32_t>(fixed.size()), type, 0,
                           next_tag_.fetch_add(1, std::memory_order_relaxed)};
  constexpr std::uint64_t kPatienceNs = 10'000'000;
  Write(std::as_bytes(std::span(&header, 1)), fixed, {}, MonotonicNs() + kPatienceNs);
}

bool SocketChannel::Write(std::span<const std::byte> head, std::span<const std::byte> fixed,
                          std::span<const std::byte> rest, std::uint64_t deadline_ns) {
  std::array<iovec, 3> parts;
  std::size_t left = 0;
  const std::array<std::span<const std::byte>, 3> spans{head, fixed, rest};
  for (std::size_t i = 0; i < spans.size(); ++i) {
    parts[i] = {const_cast<std::byte*>(spans[i].data()), spans[i].size()};
    left += spans[i].size();
  }
  const std::size_t total = left;
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const std::lock_guard lock(write_mutex_);
  while (true) {
    ssize_t sent = sendmsg(socket(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && !TryAgain()) return false;
    left -= static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    if (left == 0) return true;
    for (; sent > 0 && static_cast<std::size_t>(sent) >= message.msg_iov->iov_len;
         --message.msg_iovlen, ++message.msg_iov) {
      sent -= static_cast<ssize_t>(message.msg_iov->iov_len);
    }
    if (sent > 0) {
      message.msg_iov->iov_base = static_cast<std::byte*>(message.msg_iov->iov_base) + sent;
      message.msg_iov->iov_len -= static_cast<std::size_t>(sent);
    }
    if (MonotonicNs() >= deadline_ns || connection_->dead()) {
      // Half a frame cannot be taken back: what follows would be read as its rest.
      if (left != total) shutdown(socket(), SHUT_RDWR);
      return false;
    }
    WaitForRoom(deadline_ns);
  }
}

// A server whose answers nobody takes reads no more requests, so who waits here takes them.
void SocketChannel::WaitForRoom(std::uint64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  if (reading_) {
    lock.unlock();
    return PollSocket(socket(), POLLOUT, deadline_ns);
  }
  reading_ = true;
  lock.unlock();
  ReadOnce(POLLIN | POLLOUT, deadline_ns);
  lock.lock();
  reading_ = false;
  if (waiting_ != 0) changed_.notify_all();
}

ScoreCode SocketChannel::Wait(AwaitedFrame* reply, std::uint64_t deadline_ns) {
  const ScoreCode code = Await(reply, deadline_ns);
  if (code != ScoreCode::kOk) Forget(reply);
  return code;
}

// Looks at the socket once even where the deadline has passed.
ScoreCode SocketChannel::Await(AwaitedFrame* reply, std::uint64_t deadline_ns) {
  bool looked = false;
  std::unique_lock lock(mutex_);
  while (true) {
    if (reply->done) return ScoreCode::kOk;
    const std::uint64_t now = MonotonicNs();
    if (broken_) return ScoreCode::kServerGone;
    if (now >= deadline_ns && (looked || reading_)) return ScoreCode::kDeadline;
    if (reading_) {
      const std::uint64_t left = std::min<std::uint64_t>(deadline_ns - now, 1'000'000'000);
      ++waiting_;
      changed_.wait_for(lock, std::chrono::nanoseconds(left));
      --waiting_;
      continue;
    }
    looked = true;
    reading_ = true;
    lock.unlock();
    ReadOnce(POLLIN, deadline_ns);
    GiveBackUnwanted();
    lock.lock();
    reading_ = false;
    if (waiting_ != 0) changed_.notify_all();
  }
}

void SocketChannel::Forget(AwaitedFrame* reply) {
  const std::lock_guard lock(mutex_);
  std::erase(awaited_, reply);
}

void SocketChannel::ReadOnce(short events, std::uint64_t deadline_ns) {
  PollSocket(socket(), events, deadline_ns);
  const std::span<std::byte> space = input_.Space();
  const ssize_t received = ReceiveWithDescriptors(socket(), space, MSG_DONTWAIT, &fds_);
  if (received == 0 || (received < 0 && !TryAgain())) return Break();
  if (received < 0) return;
  if (fds_.size() > kPassedDescriptorsMax) return Break();
  input_.Filled(static_cast<std::size_t>(received));
  MessageFrame frame;
  FrameBuffer::Status status = FrameBuffer::Status::kFrame;
  while ((status = input_.Next(&frame)) == FrameBuffer::Status::kFrame) Deliver(frame);
  if (status == FrameBuffer::Status::kTooLarge) Break();
}

// By the thread that reads, but not while it writes.
void SocketChannel::GiveBackUnwanted() {
  for (const auto& [type, id] : std::exchange(unwanted_, {})) {
    const DetachBody body{id, {}};
    static_assert(sizeof(DetachBody) == sizeof(UnbindBody));
    Tell(type, std::as_bytes(std::span(&body, 1)));
  }
}

// An answer whose caller has given up. What it brought would stay at the server for ever.
void SocketChannel::GiveBack(const MessageFrame& frame) {
  std::uint16_t id = 0;
  std::span<const std::byte> rest;
  if (!SplitBody(frame.body, &id, &rest)) return;
  if (frame.header.type == MessageType::kBound) unwanted_.emplace_back(MessageType::kUnbind, id);
  if (frame.header.type == MessageType::kAttached) {
    unwanted_.emplace_back(MessageType::kDetach, id);
  }
}

void SocketChannel::Deliver(const MessageFrame& frame) {
  const std::lock_guard lock(mutex_);
  std::vector<UniqueFd> fds;
  if (frame.header.type == MessageType::kAttached) fds.swap(fds_);
  const auto found = std::find_if(awaited_.begin(), awaited_.end(), [&](const AwaitedFrame* reply) {
    return reply->tag == frame.header.tag;
  });
  if (found == awaited_.end()) return GiveBack(frame);
  AwaitedFrame* reply = *found;
  awaited_.erase(found);
  reply->type = frame.header.type;
  reply->body.assign(frame.body.begin(), frame.body.end());
  reply->fds = std::move(fds);
  reply->done = true;
}

void SocketChannel::Break() {
  const std::lock_guard lock(mutex_);
  broken_ = true;
  shutdown(socket(), SHUT_RDWR);
  changed_.notify_all();
}

}  // namespace pillion
