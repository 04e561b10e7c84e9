// The transports of a sidecar as a whole: accepts clients, hands them to workers, and answers on
// the control thread what is not a request to score. Run() is that thread.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/transport/door.h"
#include "sidecar/transport/handshake.h"
#include "sidecar/transport/path_lock.h"
#include "sidecar/transport/peer_credentials.h"
#include "sidecar/transport/worker.h"

namespace pillion {

class Server final : private ControlDesk {
 public:
  // Listens from here on, alone under its path. `scorer` outlives the server. An error is one
  // sentence.
  static tl::expected<std::unique_ptr<Server>, std::string> Create(TransportOptions options,
                                                                   Scorer* scorer);
  ~Server() override;

  // Serves until a drain has ended. The first SIGTERM or SIGINT drains, the second stops at once;
  // SIGHUP does nothing. Drains also where its socket's file is lost and cannot be made again; the
  // error is one sentence on that.
  tl::expected<void, std::string> Run();
  // Stops accepting, answers what is under way, then ends Run(). Any thread.
  void StartDraining();

  // For work beside the transports on the control thread, such as watching bundles.
  boost::asio::io_context& io() { return io_; }
  std::string StatusJson() const;
  std::uint32_t client_count() const { return clients_.load(std::memory_order_relaxed); }

 private:
  Server(TransportOptions options, Scorer* scorer, AccessList access);

  tl::expected<void, std::string> Listen();
  void Patrol();
  void Greet(Door::Protocol::socket socket);
  void Admit(Welcomed welcomed);
  void WaitForSignal();
  void Drain();
  void StopNow();

  void Submit(ControlRequest request) override;
  void PeerGone() override { clients_.fetch_sub(1, std::memory_order_relaxed); }
  void WorkerDone() override;
  void Answer(const ControlRequest& request);
  void AnswerBind(const ControlRequest& request);
  void AnswerQuestion(const ControlRequest& request);
  void Reply(const ControlRequest& request, MessageType type, ScoreCode code,
             std::string_view text);

  const TransportOptions options_;
  Scorer* const scorer_;
  const AccessList access_;
  std::optional<PathLock> lock_;
  boost::asio::io_context io_{1};
  Door door_;
  boost::asio::steady_timer patrol_{io_};
  boost::asio::signal_set signals_{io_};
  std::set<std::shared_ptr<Handshake>> handshakes_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<std::uint32_t> clients_{0};
  std::uint64_t next_peer_ = 1;
  std::uint64_t refused_ = 0;
  std::size_t workers_done_ = 0;
  bool draining_ = false;
  tl::expected<void, std::string> outcome_;
};

}  // namespace pillion
