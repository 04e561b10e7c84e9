#include "client/connection/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "schemas/socket/descriptors.h"

namespace pillion {
namespace {

tl::unexpected<Failure> Gone(const std::string& what) {
  return tl::unexpected(Failure{ScoreCode::kServerGone, what});
}
tl::unexpected<Failure> GoneWithErrno(const std::string& what) {
  return Gone(what + ": " + std::generic_category().message(errno));
}

bool WaitReadable(int fd, std::uint64_t deadline_ns) {
  while (true) {
    const std::uint64_t now = MonotonicNs();
    if (now >= deadline_ns) return false;
    const std::uint64_t left = std::min<std::uint64_t>(deadline_ns - now, 1'000'000'000);
    const timespec wait = ToTimespec(left);
    pollfd readable{fd, POLLIN, 0};
    const int ready = ppoll(&readable, 1, &wait, nullptr);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// A full backlog refuses with EAGAIN, and has room when the server has taken somebody in.
bool ConnectBefore(int fd, const sockaddr_un& address, std::uint64_t deadline_ns) {
  constexpr long kPauseNs = 2'000'000;
  while (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN || MonotonicNs() >= deadline_ns) return false;
    const timespec pause{0, kPauseNs};
    nanosleep(&pause, nullptr);
    errno = EAGAIN;
  }
  return true;
}

// Exactly `bytes`, so that nothing of what follows is taken from the socket.
bool ReceiveExactly(int fd, std::span<std::byte> bytes, std::uint64_t deadline_ns,
                    std::vector<UniqueFd>* fds) {
  while (!bytes.empty()) {
    if (!WaitReadable(fd, deadline_ns)) return false;
    const ssize_t got = ReceiveWithDescriptors(fd, bytes, MSG_DONTWAIT, fds);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

}  // namespace

std::optional<Endpoint> ParseUrl(std::string_view url) {
  for (const auto& [prefix, way] : {std::pair<std::string_view, Way>{"shm:", Way::kSharedMemory},
                                    {"unix:", Way::kSocket},
                                    {"inproc:", Way::kInProcess}}) {
    if (!url.starts_with(prefix)) continue;
    url.remove_prefix(prefix.size());
    const bool too_long = way != Way::kInProcess && url.size() >= sizeof(sockaddr_un::sun_path);
    if (url.empty() || too_long) return std::nullopt;
    return Endpoint{std::string(url), way};
  }
  return std::nullopt;
}

tl::expected<std::shared_ptr<Connection>, Failure> Connection::Dial(const Endpoint& endpoint,
                                                                    const Geometry& wanted,
                                                                    std::uint64_t deadline_ns) {
  std::shared_ptr<Connection> connection(new Connection);
  // Without O_NONBLOCK connect() would wait for room in the backlog, with no end.
  connection->socket_.Reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!connection->socket_) return GoneWithErrno("socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  endpoint.path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (!ConnectBefore(connection->socket(), address, deadline_ns)) {
    return GoneWithErrno("cannot connect to " + endpoint.path);
  }
  if (auto greeted = connection->Greet(endpoint, wanted, deadline_ns); !greeted) {
    greeted.error().text = endpoint.path + ": " + greeted.error().text;
    return tl::unexpected(greeted.error());
  }
  return connection;
}

tl::expected<void, Failure> Connection::Greet(const Endpoint& endpoint, const Geometry& wanted,
                                              std::uint64_t deadline_ns) {
  HelloBody hello;
  hello.features = endpoint.way == Way::kSharedMemory ? kFeatureSharedMemory : 0;
  hello.lane_count = wanted.lane_count;
  hello.request_slot_bytes = wanted.request_slot_bytes;
  hello.answer_slot_bytes = wanted.answer_slot_bytes;
  std::vector<std::byte> frame;
  AppendFrame(&frame, MessageType::kHello, 1, hello);
  // A server that turns clients away hangs up at once, but says why: so read in any case.
  SendWithDescriptors(socket(), frame, {});

  FrameHeader header;
  std::vector<UniqueFd> fds;
  const auto head = std::as_writable_bytes(std::span(&header, 1));
  if (!ReceiveExactly(socket(), head, deadline_ns, &fds)) return Gone("no WELCOME came");
  constexpr std::size_t kBodyBytesMax = 4096;
  std::vector<std::byte> body(std::min<std::size_t>(header.body_bytes, kBodyBytesMax));
  if (header.body_bytes > kBodyBytesMax || !ReceiveExactly(socket(), body, deadline_ns, &fds)) {
    return Gone("WELCOME is malformed");
  }
  std::span<const std::byte> rest;
  if (CodeBody error; header.type == MessageType::kError && SplitBody(body, &error, &rest)) {
    return tl::unexpected(
        Failure{static_cast<ScoreCode>(error.code), "refused: " + std::string(Text(rest))});
  }
  WelcomeBody welcome;
  if (header.type != MessageType::kWelcome || !SplitBody(body, &welcome, &rest) ||
      welcome.magic != kProtocolMagic || welcome.major != kProtocolMajor) {
    return tl::unexpected(Failure{ScoreCode::kUnsupported, "this is no server of our protocol"});
  }
  message_bytes_max_ = welcome.message_bytes_max;
  minor_ = welcome.minor;
  if ((welcome.features & kFeatureSharedMemory) == 0) return {};
  // Descriptors get lost where a sandbox does not pass them: the socket still works.
  if (fds.size() != kWelcomeDescriptors) return {};
  return Map(welcome, std::move(fds));
}

tl::expected<void, Failure> Connection::Map(const WelcomeBody& welcome, std::vector<UniqueFd> fds) {
  auto ring =
      Ring::Map(0, {welcome.lane_count, welcome.request_slot_bytes, welcome.answer_slot_bytes},
                welcome.first_sequence, fds[kRequestsMemory], fds[kAnswersMemory]);
  if (!ring) return tl::unexpected(ring.error());
  rings_.push_back(std::move(*ring));
  kick_ = std::move(fds[kKickEvent]);
  bell_ = std::move(fds[kBell]);
  return {};
}

std::shared_ptr<Ring> Connection::ring() const {
  const std::lock_guard lock(rings_mutex_);
  return rings_.empty() ? nullptr : rings_.back();
}

tl::expected<std::shared_ptr<Ring>, Failure> Connection::AddRing(const AttachedBody& attached,
                                                                 const std::vector<UniqueFd>& fds) {
  if (fds.size() != kAttachedDescriptors) {
    return tl::unexpected(Failure{ScoreCode::kMalformed, "ATTACHED came without its memory"});
  }
  auto ring = Ring::Map(
      attached.ring, {attached.lane_count, attached.request_slot_bytes, attached.answer_slot_bytes},
      attached.first_sequence, fds[kRequestsMemory], fds[kAnswersMemory]);
  if (!ring) return ring;
  const std::lock_guard lock(rings_mutex_);
  rings_.push_back(*ring);
  return ring;
}

// Nobody can come to hold a lane of an older ring anew, so a ring that is held here alone stays so.
std::vector<std::uint16_t> Connection::DropUnusedRings() {
  std::vector<std::uint16_t> dropped;
  const std::lock_guard lock(rings_mutex_);
  for (std::size_t i = 0; i + 1 < rings_.size();) {
    if (rings_[i].use_count() != 1) {
      ++i;
      continue;
    }
    dropped.push_back(rings_[i]->id());
    rings_.erase(rings_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return dropped;
}

bool Connection::has_older_rings() const {
  const std::lock_guard lock(rings_mutex_);
  return rings_.size() > 1;
}

void Connection::Kick() const noexcept {
  const std::uint64_t one = 1;
  // A full counter has been kicked already.
  [[maybe_unused]] const ssize_t written = write(kick_.get(), &one, sizeof(one));
}

void Connection::Die() {
  dead_.store(true, std::memory_order_seq_cst);  // SYNC: dead
  // A thread between its look at `dead` and its sleep misses one wake, so wake until all left.
  while (sleepers_.load(std::memory_order_seq_cst) != 0) {
    {
      const std::lock_guard lock(rings_mutex_);
      for (const std::shared_ptr<Ring>& ring : rings_) ring->Interrupt();
    }
    const timespec pause{0, 100'000};
    nanosleep(&pause, nullptr);
  }
}

void Connection::CloseInChild() {
  for (const std::shared_ptr<Ring>& ring : rings_) ring->ForgetMemory();
  socket_.Reset();
  kick_.Reset();
  bell_.Reset();
}

}  // namespace pillion
