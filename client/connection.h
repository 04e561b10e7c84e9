// One connection to a server: the socket, and the shared memory where it was granted. Made whole
// or not at all; never reconnects itself. Knows no models and no threads.
#pragma once

#include <atomic>
#include <memory>
#include <tl/expected.hpp>

#include "client/options.h"
#include "schemas/descriptors.h"
#include "schemas/message.h"
#include "schemas/shm_ring.h"

namespace pillion {

class Connection {
 public:
  static tl::expected<std::shared_ptr<Connection>, Failure> Dial(const Endpoint& endpoint,
                                                                 const ClientOptions& options,
                                                                 std::uint64_t deadline_ns);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_.get(); }
  std::size_t message_bytes_max() const { return message_bytes_max_; }
  bool shared_memory() const { return requests_ != nullptr; }
  const Geometry& geometry() const { return geometry_; }
  ClientLane Lane(std::uint32_t lane) const;
  int bell() const { return bell_.get(); }

  bool draining() const noexcept {
    const auto* header = reinterpret_cast<const AnswersHeader*>(answers_);
    return header->state.load(std::memory_order_relaxed) != 0;
  }
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
  tl::expected<void, Failure> Greet(const Endpoint& endpoint, const ClientOptions& options,
                                    std::uint64_t deadline_ns);
  tl::expected<void, Failure> Map(const WelcomeBody& welcome, std::vector<UniqueFd> fds);

  UniqueFd socket_;
  UniqueFd kick_;
  UniqueFd bell_;
  Geometry geometry_;
  std::uint64_t first_sequence_ = 0;
  std::size_t message_bytes_max_ = 0;
  std::byte* requests_ = nullptr;
  std::byte* answers_ = nullptr;  // read-only
  std::atomic<std::uint32_t> sleepers_{0};
  std::atomic<bool> dead_{false};
};

}  // namespace pillion
