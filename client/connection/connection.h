// One connection to a server: the socket, and the rings where shared memory was granted. Made whole
// or not at all; never reconnects itself. Knows no models and no threads.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <tl/expected.hpp>
#include <vector>

#include "base/unique_fd.h"
#include "client/connection/options.h"
#include "client/connection/ring.h"
#include "schemas/socket/message.h"

namespace pillion {

class Connection {
 public:
  static tl::expected<std::shared_ptr<Connection>, Failure> Dial(const Endpoint& endpoint,
                                                                 const Geometry& wanted,
                                                                 std::uint64_t deadline_ns);
  ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_.get(); }
  std::size_t message_bytes_max() const { return message_bytes_max_; }
  bool shared_memory() const { return static_cast<bool>(kick_); }
  // Whether the server knows ATTACH.
  bool may_attach() const { return shared_memory() && minor_ >= kProtocolMinorAttach; }
  // Whether it knows of absent inputs in BIND.
  bool takes_absent() const { return minor_ >= kProtocolMinorAbsent; }
  // The newest; null where no memory is shared.
  std::shared_ptr<Ring> ring() const;
  // A ring that ATTACHED brought.
  tl::expected<std::shared_ptr<Ring>, Failure> AddRing(const AttachedBody& attached,
                                                       const std::vector<UniqueFd>& fds);
  // Forgets the older rings whose lanes nobody holds any more; their ids.
  std::vector<std::uint16_t> DropUnusedRings();
  bool has_older_rings() const;
  int bell() const { return bell_.get(); }
  void Kick() const noexcept;

  // Threads that sleep on an answer, so that the end of the connection can wake them all.
  std::atomic<std::uint32_t>& sleepers() { return sleepers_; }
  bool dead() const noexcept { return dead_.load(std::memory_order_seq_cst); }
  // The server has hung up. Wakes every sleeper before it returns.
  void Die();

  // In a child of fork(): gives back what the child holds without touching what is the parent's.
  void CloseInChild();

 private:
  Connection() = default;
  tl::expected<void, Failure> Greet(const Endpoint& endpoint, const Geometry& wanted,
                                    std::uint64_t deadline_ns);
  tl::expected<void, Failure> Map(const WelcomeBody& welcome, std::vector<UniqueFd> fds);

  UniqueFd socket_;
  UniqueFd kick_;
  UniqueFd bell_;
  std::size_t message_bytes_max_ = 0;
  std::uint16_t minor_ = 0;
  mutable std::mutex rings_mutex_;
  std::vector<std::shared_ptr<Ring>> rings_;  // the newest last; guarded by rings_mutex_
  std::atomic<std::uint32_t> sleepers_{0};
  std::atomic<bool> dead_{false};
};

}  // namespace pillion
